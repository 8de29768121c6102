"""A real SMTP server on this machine that keeps what it accepts and misbehaves as it is told."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

TAKEN = "250 OK"


@dataclass
class Script:
    """What the server answers at each step; `rcpt` may name single addresses. DROP cuts the line instead."""

    connect: str = ""
    mail: str = TAKEN
    rcpt: dict[str, str] = field(default_factory=dict)
    data: str = TAKEN
    drop_in_data: bool = False
    drop_after_dot: bool = False


class _Conversation(SMTP):
    def __init__(self, server: ScriptedSmtp) -> None:
        super().__init__(server, hostname="localhost", ident="test", data_size_limit=None)
        self.script = server.script

    def connection_made(self, transport: Any) -> None:
        if self.script.connect:
            transport.write(f"{self.script.connect}\r\n".encode())
            transport.close()
            return
        super().connection_made(transport)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if self.script.drop_in_data:
            await self.push("354 go on")
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class ScriptedSmtp:
    """Serves in a thread of its own between `start` and `stop`; `accepted` holds every mail it said 250 to."""

    def __init__(self, port: int = 0) -> None:
        self.script = Script()
        self.accepted: list[bytes] = []
        # Called with each mail that was taken, before the sender is told.
        self.on_taken: Callable[[bytes], None] = lambda _content: None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(port), self._loop).result(10)
        self.port: int = self._server.sockets[0].getsockname()[1]

    async def _listen(self, port: int) -> asyncio.Server:
        return await self._loop.create_server(lambda: _Conversation(self), "127.0.0.1", port)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def stop(self) -> None:
        async def close() -> None:
            self._server.close()
            for task in asyncio.all_tasks(self._loop) - {asyncio.current_task()}:
                task.cancel()
            await asyncio.sleep(0.05)

        asyncio.run_coroutine_threadsafe(close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.script.mail == TAKEN:
            envelope.mail_from = address
        return self.script.mail

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.script.rcpt.get(address, TAKEN)
        if answer == TAKEN:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.script.data == TAKEN:
            assert isinstance(envelope.content, bytes)
            self.accepted.append(envelope.content)
            self.on_taken(envelope.content)
        if self.script.drop_after_dot:
            server.transport.abort()
        return self.script.data
