"""The kind that domains are: columns, fields, groups and actions."""

from tuivirt.core.resource import Resource
from tuivirt.resources.domain.actions import ACTIONS
from tuivirt.resources.domain.columns import COLUMNS, DEFAULT
from tuivirt.resources.domain.fields import FIELDS, GROUPS
from tuivirt.resources.domain.record import DomainRecord
from tuivirt.resources.domain.snapshot import KIND

DOMAINS = Resource[DomainRecord](
    kind=KIND,
    title="Domains",
    aliases=("dom", "domain", "vm", "vms"),
    record=DomainRecord,
    columns=COLUMNS,
    default_columns=DEFAULT,
    fields=FIELDS,
    haystack=lambda record: record.haystack,
    groups=GROUPS,
    actions=ACTIONS,
)
