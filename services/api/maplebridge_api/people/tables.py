"""Tables of people: name and phone, the phone sealed; of one erased or merged only the row."""

from sqlalchemy import Boolean, CheckConstraint, Column, Index, literal_column

from ..platform.schema import (
    in_street,
    instant,
    named,
    reference,
    sealed,
    street_table,
    text,
    version,
)

person = street_table(
    "person",
    # The API's role cannot read them: a name leaves masked, from the notice board, or by mb_disclose.
    *named(null=True),
    text("name_masked", null=True),
    *sealed("person", "phone"),
    # Sensitive: kept only where a rule needs it (step 1, a committee's share of members).
    Column("party_member", Boolean),
    instant("entered_at"),
    instant("erased_at", null=True),
    *reference("person", "merged_into", "person", null=True),
    version(),
    in_street("person"),
    CheckConstraint(
        "num_nonnulls(name, name_masked, name_sought, name_listed)"
        " = CASE WHEN num_nonnulls(erased_at, merged_into) = 0 THEN 4 ELSE 0 END",
        name="person__name",
    ),
    CheckConstraint(
        "num_nonnulls(erased_at, merged_into) = 0"
        " OR num_nonnulls(phone_encrypted, party_member) = 0",
        name="person__gone",
    ),
    # Whose name is gone comes last.
    Index(
        "person__listed",
        "street_id",
        literal_column("coalesce(name_listed, U&'\\+10FFFF')"),
        "id",
    ),
    Index("person__phone_hash", "street_id", "phone_hash"),
    Index("person__merged_into", "street_id", "merged_into"),
)
