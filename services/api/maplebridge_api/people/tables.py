"""Tables of people: name and phone, the phone encrypted."""

from sqlalchemy import Boolean, CheckConstraint, Column, Index, LargeBinary

from ..platform.schema import in_street, street_table, text, version

person = street_table(
    "person",
    text("name"),
    Column("phone_encrypted", LargeBinary),
    text("phone_masked", null=True),
    # Sensitive: kept only where a rule needs it (step 1, a committee's share of members).
    Column("party_member", Boolean),
    version(),
    CheckConstraint("(phone_encrypted IS NULL) = (phone_masked IS NULL)", name="person__phone"),
    in_street("person"),
    Index("person__name", "street_id", "name"),
)
