"""Forms for inviting people and for their roles, and the filters of the list of people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wtforms import EmailField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from kb.accounts.members import ORDER, ROLE_WORDS
from kb.accounts.people import Filters, Standing, State
from kb.accounts.sign_in import LONGEST_EMAIL
from kb.accounts.users import LONGEST_NAME
from kb.forms.base import Form
from kb.forms.choosing import Choice
from kb.forms.filtering import options, word
from kb.models.user import Role
from kb.words import gettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from kb.models.plan import Plan
    from kb.models.user import User

STATE_WORDS = {
    State.ACTIVE: gettext("Has come"),
    State.INVITED: gettext("Invited, not come yet"),
    State.DEACTIVATED: gettext("Deactivated"),
}
# What each role may do, in few words, for those who choose one.
ROLE_NOTES = {
    Role.LEAD.value: gettext("keeps the plan: adds, maps and changes"),
    Role.STEERING.value: gettext("answers asks for support, verifies what is done"),
    Role.VIEWER.value: gettext("reads, and answers for the actions of their own posts"),
}
# In the order of a form: most people read.
CHOOSING = (Role.VIEWER, Role.LEAD, Role.STEERING)


def role_choices(*, none: str = "") -> list[SelectChoice]:
    """The roles to choose from, after one that stands for none where `none` says how it is called."""
    roles = [SelectChoice(role.value, ROLE_WORDS[role]) for role in CHOOSING]
    return [SelectChoice("", none), *roles] if none else roles


def role_of(field: Choice) -> Role | None:
    """The role that was chosen, None for none."""
    return Role(field.data) if field.data else None


class InvitationForm(Form):
    """Who is invited, and what they may do in which plan."""

    page_order = ("name", "email", "plan", "role")

    name = StringField(gettext("Name"), [DataRequired(gettext("Give the person’s name")), Length(max=LONGEST_NAME)])
    email = EmailField(
        gettext("Email address"),
        [DataRequired(gettext("Give the person’s email address")), Length(max=LONGEST_EMAIL)],
        description=gettext("The invitation goes there, and they sign in with it."),
    )
    plan = Choice(gettext("Plan"))
    role = Choice(gettext("Role in the plan"), choices=role_choices(), default=Role.VIEWER.value)

    def __init__(self, plans: Sequence[Plan], **values: Any) -> None:
        super().__init__(**values)
        none = SelectChoice("", gettext("No plan yet"))
        self.plan.choices = [*(SelectChoice(plan.ref, plan.title) for plan in plans), none]


class RoleForm(Form):
    """Another role in a plan, or none."""

    role = Choice(gettext("Role"), choices=role_choices(none=gettext("No role")))


class PlanRoleForm(Form):
    """A role in a plan where somebody has none."""

    plan = Choice(gettext("Plan"))
    role = Choice(gettext("Role"), choices=role_choices())

    def __init__(self, plans: Iterable[Plan], **values: Any) -> None:
        super().__init__(**values)
        self.plan.choices = [SelectChoice(plan.ref, plan.title) for plan in plans]

    @property
    def chosen(self) -> Role:
        """The role that was chosen."""
        return Role(self.role.data or "")


class MemberForm(Form):
    """Somebody who has an account, and their role in the plan."""

    page_order = ("person", "role")

    person = Choice(gettext("Person"))
    role = Choice(gettext("Role"), choices=role_choices())

    def __init__(self, people: Iterable[User], **values: Any) -> None:
        super().__init__(**values)
        self.person.choices = [SelectChoice(str(user.id), f"{user.name}, {user.email}") for user in people]

    @property
    def chosen(self) -> Role:
        """The role that was chosen."""
        return Role(self.role.data or "")


def read(args: Mapping[str, str], plans: Sequence[Plan]) -> Filters:
    """The filters that an address names; what it does not know is left out."""
    state, role = args.get("state", ""), args.get("role", "")
    return Filters(
        words=word(args, "q"),
        state=State(state) if state in set(State) else None,
        role=Role(role) if role in set(Role) else Standing(role) if role in set(Standing) else None,
        plan_id=next((plan.id for plan in plans if plan.ref == args.get("plan")), None),
    )


def offered(wanted: Filters, plans: Sequence[Plan], counts: Mapping[State, int]) -> dict[str, list[dict[str, object]]]:
    """The filters to choose from, by name, with those that are on."""
    roles = {
        "": gettext("Any role"),
        **{role.value: ROLE_WORDS[role] for role in ORDER},
        Standing.ADMINISTRATOR.value: gettext("Administrator"),
        Standing.NO_ROLE.value: gettext("No role in a plan"),
    }
    states = {"": gettext("Everybody"), **{state.value: f"{STATE_WORDS[state]} ({counts[state]:,})" for state in State}}
    titles = {"": gettext("Any plan"), **{plan.ref: plan.title for plan in plans}}
    ref = next((plan.ref for plan in plans if plan.id == wanted.plan_id), "")
    return {
        "state": options(states, wanted.state or ""),
        "role": options(roles, wanted.role or ""),
        "plan": options(titles, ref),
    }
