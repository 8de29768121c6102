"""A real SMTP server on this machine that keeps what it accepts and misbehaves as it is told."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

TAKEN = "250 OK"


DROP = "the line is cut"


@dataclass
class Script:
    """What the server answers at each step; `rcpt` may name single addresses, and DROP there cuts the line instead.

    What is about the text of a mail (`data` and the two drops) touches only mails to `bad_address`, where one is
    named. `silent_for` is how many seconds the server waits before its first word, `slow_after_dot` before its last.
    """

    connect: str = ""
    silent_for: float = 0
    tls_garbage: bool = False
    mail: str = TAKEN
    rcpt: dict[str, str] = field(default_factory=dict)
    bad_address: str = ""
    data: str = TAKEN
    drop_in_data: bool = False
    drop_after_dot: bool = False
    slow_after_dot: float = 0
    hang_at_quit: bool = False


class _Conversation(SMTP):
    def __init__(self, server: ScriptedSmtp) -> None:
        super().__init__(server, hostname="localhost", ident="test", data_size_limit=None)
        self.script = server.script

    def connection_made(self, transport: Any) -> None:
        if self.script.connect:
            transport.write(f"{self.script.connect}\r\n".encode())
            transport.close()
            return
        if self.script.silent_for:
            asyncio.get_running_loop().call_later(self.script.silent_for, self._begin, transport)
            return
        super().connection_made(transport)

    def _begin(self, transport: Any) -> None:
        if not transport.is_closing():
            super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        # Whoever speaks before the first word of the server has not waited for it.
        if self.transport is not None:
            super().data_received(data)

    def is_bad(self, envelope: Envelope) -> bool:
        """Whether the script is about this mail."""
        return not self.script.bad_address or self.script.bad_address in envelope.rcpt_tos

    async def smtp_STARTTLS(self, arg: str) -> None:  # noqa: N802
        await self.push("220 go on")
        self.transport.write(b"this is no handshake\r\n" * 4)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if self.script.drop_in_data and self.is_bad(self.envelope):
            await self.push("354 go on")
            self.transport.abort()
            return
        await super().smtp_DATA(arg)

    async def smtp_QUIT(self, arg: str) -> None:  # noqa: N802
        if not self.script.hang_at_quit:
            await super().smtp_QUIT(arg)


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

    async def handle_EHLO(  # noqa: N802
        self, server: _Conversation, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:-1], "250-STARTTLS", responses[-1]] if self.script.tls_garbage else responses

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.script.rcpt.get(address, TAKEN)
        if answer == DROP:
            server.transport.abort()
        elif answer == TAKEN:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: _Conversation, session: Session, envelope: Envelope) -> str:  # noqa: N802
        is_bad = server.is_bad(envelope)
        answer = self.script.data if is_bad else TAKEN
        if answer == TAKEN:
            assert isinstance(envelope.content, bytes)
            self.accepted.append(envelope.content)
            self.on_taken(envelope.content)
        if is_bad and self.script.drop_after_dot:
            server.transport.abort()
        if is_bad and self.script.slow_after_dot:
            await asyncio.sleep(self.script.slow_after_dot)
        return answer
