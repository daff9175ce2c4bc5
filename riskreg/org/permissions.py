"""What may be done, and which role may do it: the whole policy as one table."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from riskreg.org.kinds import Role


class Permission(StrEnum):
    """An act on a kind of thing, as `resource:action`."""

    PUBLIC = "public"  # no sign-in needed
    SELF = "self"  # any signed-in person, about themselves
    TEAM_VIEW = "team:view"
    TEAM_EDIT = "team:edit"
    PERSON_EDIT = "person:edit"
    SIGN_IN_EDIT = "sign-in:edit"
    SYSTEM_VIEW = "system:view"
    SYSTEM_EDIT = "system:edit"
    RISK_VIEW = "risk:view"
    RISK_EDIT = "risk:edit"
    RISK_PIN = "risk:pin"
    IMPORT = "risk:import"
    REVIEW_VIEW = "review:view"
    REVIEW_EDIT = "review:edit"
    REVIEW_SIGN = "review:sign"
    INCIDENT_VIEW = "incident:view"
    INCIDENT_EDIT = "incident:edit"
    POSTMORTEM_REVIEW = "postmortem:review"
    ACTION_VIEW = "action:view"
    ACTION_EDIT = "action:edit"
    PACK_VIEW = "pack:view"
    PACK_MAKE = "pack:make"
    TRAIL_VIEW = "trail:view"
    JOB_VIEW = "job:view"
    JOB_RETRY = "job:retry"


_VIEWER = frozenset(p for p in Permission if p.value.endswith(":view")) | {Permission.PACK_MAKE}
_ENGINEER = _VIEWER | {
    Permission.RISK_EDIT,
    Permission.IMPORT,
    Permission.REVIEW_EDIT,
    Permission.INCIDENT_EDIT,
    Permission.ACTION_EDIT,
    Permission.SYSTEM_EDIT,
    Permission.JOB_RETRY,
}
_MANAGER = _ENGINEER | {
    Permission.RISK_PIN,
    Permission.REVIEW_SIGN,
    Permission.POSTMORTEM_REVIEW,
    Permission.TEAM_EDIT,
}
ALLOWED: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: frozenset(_VIEWER),
    Role.ENGINEER: frozenset(_ENGINEER),
    Role.MANAGER: frozenset(_MANAGER),
    Role.ADMIN: frozenset(_MANAGER | {Permission.PERSON_EDIT, Permission.SIGN_IN_EDIT}),
}

# What opens what can be confidential to look at, by the table that `Actor.privy` names.
VIEW_OF = {
    "risk": Permission.RISK_VIEW,
    "incident": Permission.INCIDENT_VIEW,
    "operability_review": Permission.REVIEW_VIEW,
}
_ORDER = tuple(Role)  # each includes the ones before


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts, with their roles: `grants` is (path of the team, role).

    `privy` names the confidential things they may read, as (table, number): no role opens those.
    `by_token`: a program acts for them, see `narrowed`.
    """

    person_id: int | None
    name: str
    email: str = ""
    timezone: str = "UTC"
    session_id: int | None = None
    home_team_id: int | None = None
    grants: tuple[tuple[str, Role], ...] = field(default=())
    privy: frozenset[tuple[str, int]] = field(default=frozenset())
    by_token: bool = False

    @property
    def roles(self) -> frozenset[Role]:
        """The roles held anywhere: with `own_views` all that `may_somewhere` asks."""
        return frozenset(role for _, role in self.grants)

    @property
    def own_views(self) -> frozenset[Permission]:
        """What they may look at without a role where it is theirs: each row says whether it is.

        What they are privy to, and actions, because any could be assigned to them.
        """
        if self.own_id is None:
            return frozenset()
        return frozenset({Permission.ACTION_VIEW, *(VIEW_OF[kind] for kind, _ in self.privy)})

    def without_secrets(self) -> "Actor":
        """The same actor, who may read nothing confidential."""
        return replace(self, privy=frozenset())

    def privy_to_only(self, secret: tuple[str, int]) -> "Actor":
        """The same actor, who may read nothing confidential but this."""
        return replace(self, privy=self.privy & {secret})

    def narrowed(self, path: str, at_most: Role) -> "Actor":
        """The same person as a program acts for them: on one team and below, with a role at most.

        It sees nothing confidential, and nothing only because it is theirs.
        """
        grants = tuple(
            (max(path, above, key=len), min(role, at_most, key=_ORDER.index))
            for above, role in self.grants
            if path.startswith(above) or above.startswith(path)
        )
        return replace(self.without_secrets(), grants=grants, by_token=True)

    @property
    def own_id(self) -> int | None:
        """Whose things they see whatever the roles are; None where only roles count."""
        return None if self.by_token else self.person_id

    def may(self, permission: Permission, team_path: str) -> bool:
        """Whether a role of theirs on this team, or one above it, allows the act."""
        return any(
            team_path.startswith(path) and permission in ALLOWED[role] for path, role in self.grants
        )

    def may_somewhere(self, permission: Permission | str) -> bool:
        """Whether any role of theirs allows the act anywhere, or they look at what is theirs."""
        if any(permission in ALLOWED[role] for _, role in self.grants):
            return True
        return permission in self.own_views

    def paths(self, permission: Permission) -> tuple[str, ...]:
        """Paths of the topmost teams where the act is allowed; none lies inside another."""
        kept: list[str] = []
        for path in sorted({path for path, role in self.grants if permission in ALLOWED[role]}):
            if not any(path.startswith(above) for above in kept):
                kept.append(path)
        return tuple(kept)


# The program itself: jobs, commands, the demo. It may do everything; the trail calls it by name.
SYSTEM_ACTOR = Actor(person_id=None, name="riskreg", grants=(("/", Role.ADMIN),))
