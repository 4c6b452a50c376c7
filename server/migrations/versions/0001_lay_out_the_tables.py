"""lay out the tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Bring the schema up."""

    op.create_table(
        "actor",
        sa.Column("id", sa.Integer(), nullable=False, comment="Actor id"),
        sa.Column(
            "type", sa.String(length=16), nullable=False, comment="user, field_key, public_link, singleUse"
        ),
        sa.Column("display_name", sa.String(length=200), nullable=False, comment="Name shown"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="When it was made"),
        sa.Column(
            "updated_at", sa.DateTime(timezone=True), nullable=True, comment="When it was last changed"
        ),
        sa.Column(
            "deleted_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was removed; it keeps its name in the records",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_actor")),
        comment="Everybody and everything that acts.",
    )
    op.create_table(
        "area",
        sa.Column("id", sa.Integer(), nullable=False, comment="Area id"),
        sa.Column(
            "code",
            sa.String(length=40),
            nullable=False,
            comment="Code, unique: what forms store and household codes begin with",
        ),
        sa.Column("name", sa.String(length=200), nullable=False, comment="Name"),
        sa.Column("names", sa.Text(), nullable=False, comment="Names by language"),
        sa.Column(
            "level",
            sa.String(length=40),
            nullable=False,
            comment="Level: region, district, township, village",
        ),
        sa.Column("parent_id", sa.Integer(), nullable=True, comment="The area it lies in"),
        sa.Column("path", sa.String(length=400), nullable=False, comment="Ids from the root down: /1/4/17/"),
        sa.Column("lat", sa.Float(), nullable=True, comment="Latitude of its middle"),
        sa.Column("lon", sa.Float(), nullable=True, comment="Longitude of its middle"),
        sa.Column("boundary", sa.Text(), nullable=True, comment="Boundary as GeoJSON geometry"),
        sa.Column(
            "last_serial",
            sa.Integer(),
            nullable=False,
            comment="Last household serial given in it: never given again",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="When it was imported"),
        sa.ForeignKeyConstraint(["parent_id"], ["area.id"], name=op.f("fk_area_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area")),
        sa.UniqueConstraint("code", name=op.f("uq_area_code")),
        comment="The tree of areas (region, district, township, village), imported from CSV.",
    )
    with op.batch_alter_table("area", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_area_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_area_path"), ["path"], unique=False)

    op.create_table(
        "assets",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="Row id: seq * 2**20 + position",
        ),
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column(
            "area_id",
            sa.Integer(),
            nullable=True,
            comment="Area, fixed at receipt; null: seen by unscoped roles alone",
        ),
        sa.Column(
            "observed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was so (mapping.md 'When')",
        ),
        sa.Column(
            "observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC where it was seen"
        ),
        sa.Column(
            "owned", sa.Text(), nullable=True, comment="What anybody in the household owns, in working order"
        ),
        sa.Column(
            "path",
            sa.Text(),
            nullable=False,
            comment="Where it stands in the submission, positions on repeats from 1",
        ),
        sa.Column(
            "merged_from",
            sa.String(length=36),
            nullable=True,
            comment="Household it was first written for, where that was merged into this",
        ),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the submission that says so"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.Column(
            "form_version_id",
            sa.Integer(),
            nullable=False,
            comment="Form version that asked: form_version_column lists its columns",
        ),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="The ledger's event that wrote it"),
        sa.Column("started", sa.DateTime(timezone=True), nullable=True, comment="The form's start"),
        sa.Column(
            "ended",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="The form's end: decides between equal observed_at, then started",
        ),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), nullable=False, comment="When we came to know it"
        ),
        sa.Column(
            "superseded_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When we stopped believing it; null: it stands",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assets")),
        comment="Assets as told at visits.",
    )
    with op.batch_alter_table("assets", schema=None) as batch_op:
        batch_op.create_index("ix_assets_area", ["area_id", "id"], unique=False)
        batch_op.create_index("ix_assets_subject", ["household_id", "observed_at"], unique=False)
        batch_op.create_index("ix_assets_submission", ["submission_id"], unique=False)

    op.create_table(
        "assets_current",
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column("area_id", sa.Integer(), nullable=True, comment="Area of the newest fact"),
        sa.Column(
            "observed_at", sa.DateTime(timezone=True), nullable=False, comment="When the newest fact was so"
        ),
        sa.Column("observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC there"),
        sa.Column(
            "owned", sa.Text(), nullable=True, comment="What anybody in the household owns, in working order"
        ),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the newest fact's submission"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_assets_current")),
        comment="Assets of each household as last known.",
    )
    with op.batch_alter_table("assets_current", schema=None) as batch_op:
        batch_op.create_index("ix_assets_current_area", ["area_id"], unique=False)

    op.create_table(
        "audit",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
            comment="Order of time",
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="When"),
        sa.Column("actor_id", sa.Integer(), nullable=True, comment="Who; null: the server"),
        sa.Column(
            "action",
            sa.String(length=60),
            nullable=False,
            comment="As form.update.publish, submission.create, protected.read",
        ),
        sa.Column("actee", sa.String(length=80), nullable=True, comment="What it was done to: table:id"),
        sa.Column("project_id", sa.Integer(), nullable=True, comment="Project, where it belongs to one"),
        sa.Column(
            "area_id",
            sa.Integer(),
            nullable=True,
            comment="Area, where it belongs to one: scope filters by it",
        ),
        sa.Column("details", sa.Text(), nullable=True, comment="References and reasons, never answers"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        comment="Who did what, when, to what.",
    )
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.create_index("ix_audit_actee", ["actee", "id"], unique=False)
        batch_op.create_index("ix_audit_action", ["action", "id"], unique=False)
        batch_op.create_index("ix_audit_project", ["project_id", "id"], unique=False)

    op.create_table(
        "blob",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
            comment="Blob id",
        ),
        sa.Column("name", sa.String(length=64), nullable=False, comment="Random name in the store"),
        sa.Column(
            "mac",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="HMAC of its SHA-256: finds the same content again",
        ),
        sa.Column(
            "size",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Size of the content",
        ),
        sa.Column(
            "content_type", sa.String(length=80), nullable=False, comment="What it is by its first bytes"
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="When it came first"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blob")),
        sa.UniqueConstraint("mac", name=op.f("uq_blob_mac")),
        comment="Files in the photo store, encrypted there.",
    )
    op.create_table(
        "composition",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="Row id: seq * 2**20 + position",
        ),
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column(
            "area_id",
            sa.Integer(),
            nullable=True,
            comment="Area, fixed at receipt; null: seen by unscoped roles alone",
        ),
        sa.Column(
            "observed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was so (mapping.md 'When')",
        ),
        sa.Column(
            "observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC where it was seen"
        ),
        sa.Column("female_0_4", sa.Integer(), nullable=True, comment="Girls of 0 to 4"),
        sa.Column("female_5_14", sa.Integer(), nullable=True, comment="Girls of 5 to 14"),
        sa.Column("female_15_24", sa.Integer(), nullable=True, comment="Women of 15 to 24"),
        sa.Column("female_25_64", sa.Integer(), nullable=True, comment="Women of 25 to 64"),
        sa.Column("female_65", sa.Integer(), nullable=True, comment="Women of 65 or older"),
        sa.Column("male_0_4", sa.Integer(), nullable=True, comment="Boys of 0 to 4"),
        sa.Column("male_5_14", sa.Integer(), nullable=True, comment="Boys of 5 to 14"),
        sa.Column("male_15_24", sa.Integer(), nullable=True, comment="Men of 15 to 24"),
        sa.Column("male_25_64", sa.Integer(), nullable=True, comment="Men of 25 to 64"),
        sa.Column("male_65", sa.Integer(), nullable=True, comment="Men of 65 or older"),
        sa.Column(
            "difficulty",
            sa.Integer(),
            nullable=True,
            comment="With a lot of difficulty, or unable, in any domain of the Washington Group short set",
        ),
        sa.Column(
            "path",
            sa.Text(),
            nullable=False,
            comment="Where it stands in the submission, positions on repeats from 1",
        ),
        sa.Column(
            "merged_from",
            sa.String(length=36),
            nullable=True,
            comment="Household it was first written for, where that was merged into this",
        ),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the submission that says so"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.Column(
            "form_version_id",
            sa.Integer(),
            nullable=False,
            comment="Form version that asked: form_version_column lists its columns",
        ),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="The ledger's event that wrote it"),
        sa.Column("started", sa.DateTime(timezone=True), nullable=True, comment="The form's start"),
        sa.Column(
            "ended",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="The form's end: decides between equal observed_at, then started",
        ),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), nullable=False, comment="When we came to know it"
        ),
        sa.Column(
            "superseded_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When we stopped believing it; null: it stands",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_composition")),
        comment="Composition of households as told at visits.",
    )
    with op.batch_alter_table("composition", schema=None) as batch_op:
        batch_op.create_index("ix_composition_area", ["area_id", "id"], unique=False)
        batch_op.create_index("ix_composition_subject", ["household_id", "observed_at"], unique=False)
        batch_op.create_index("ix_composition_submission", ["submission_id"], unique=False)

    op.create_table(
        "composition_current",
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column("area_id", sa.Integer(), nullable=True, comment="Area of the newest fact"),
        sa.Column(
            "observed_at", sa.DateTime(timezone=True), nullable=False, comment="When the newest fact was so"
        ),
        sa.Column("observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC there"),
        sa.Column("female_0_4", sa.Integer(), nullable=True, comment="Girls of 0 to 4"),
        sa.Column("female_5_14", sa.Integer(), nullable=True, comment="Girls of 5 to 14"),
        sa.Column("female_15_24", sa.Integer(), nullable=True, comment="Women of 15 to 24"),
        sa.Column("female_25_64", sa.Integer(), nullable=True, comment="Women of 25 to 64"),
        sa.Column("female_65", sa.Integer(), nullable=True, comment="Women of 65 or older"),
        sa.Column("male_0_4", sa.Integer(), nullable=True, comment="Boys of 0 to 4"),
        sa.Column("male_5_14", sa.Integer(), nullable=True, comment="Boys of 5 to 14"),
        sa.Column("male_15_24", sa.Integer(), nullable=True, comment="Men of 15 to 24"),
        sa.Column("male_25_64", sa.Integer(), nullable=True, comment="Men of 25 to 64"),
        sa.Column("male_65", sa.Integer(), nullable=True, comment="Men of 65 or older"),
        sa.Column(
            "difficulty",
            sa.Integer(),
            nullable=True,
            comment="With a lot of difficulty, or unable, in any domain of the Washington Group short set",
        ),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the newest fact's submission"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_composition_current")),
        comment="Composition of each household as last known.",
    )
    with op.batch_alter_table("composition_current", schema=None) as batch_op:
        batch_op.create_index("ix_composition_current_area", ["area_id"], unique=False)

    op.create_table(
        "connectivity",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="Row id: seq * 2**20 + position",
        ),
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column(
            "area_id",
            sa.Integer(),
            nullable=True,
            comment="Area, fixed at receipt; null: seen by unscoped roles alone",
        ),
        sa.Column(
            "observed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was so (mapping.md 'When')",
        ),
        sa.Column(
            "observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC where it was seen"
        ),
        sa.Column(
            "phone_signal", sa.String(length=40), nullable=True, comment="Mobile signal at the dwelling"
        ),
        sa.Column("internet", sa.Boolean(), nullable=True, comment="Anybody can use the internet at home"),
        sa.Column(
            "path",
            sa.Text(),
            nullable=False,
            comment="Where it stands in the submission, positions on repeats from 1",
        ),
        sa.Column(
            "merged_from",
            sa.String(length=36),
            nullable=True,
            comment="Household it was first written for, where that was merged into this",
        ),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the submission that says so"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.Column(
            "form_version_id",
            sa.Integer(),
            nullable=False,
            comment="Form version that asked: form_version_column lists its columns",
        ),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="The ledger's event that wrote it"),
        sa.Column("started", sa.DateTime(timezone=True), nullable=True, comment="The form's start"),
        sa.Column(
            "ended",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="The form's end: decides between equal observed_at, then started",
        ),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), nullable=False, comment="When we came to know it"
        ),
        sa.Column(
            "superseded_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When we stopped believing it; null: it stands",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_connectivity")),
        comment="Network as told at visits.",
    )
    with op.batch_alter_table("connectivity", schema=None) as batch_op:
        batch_op.create_index("ix_connectivity_area", ["area_id", "id"], unique=False)
        batch_op.create_index("ix_connectivity_subject", ["household_id", "observed_at"], unique=False)
        batch_op.create_index("ix_connectivity_submission", ["submission_id"], unique=False)

    op.create_table(
        "connectivity_current",
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column("area_id", sa.Integer(), nullable=True, comment="Area of the newest fact"),
        sa.Column(
            "observed_at", sa.DateTime(timezone=True), nullable=False, comment="When the newest fact was so"
        ),
        sa.Column("observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC there"),
        sa.Column(
            "phone_signal", sa.String(length=40), nullable=True, comment="Mobile signal at the dwelling"
        ),
        sa.Column("internet", sa.Boolean(), nullable=True, comment="Anybody can use the internet at home"),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the newest fact's submission"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_connectivity_current")),
        comment="Network of each household as last known.",
    )
    with op.batch_alter_table("connectivity_current", schema=None) as batch_op:
        batch_op.create_index("ix_connectivity_current_area", ["area_id"], unique=False)

    op.create_table(
        "data_key",
        sa.Column(
            "id",
            sa.Integer(),
            nullable=False,
            comment="Key id, written into the header of everything encrypted with it",
        ),
        sa.Column(
            "purpose", sa.String(length=16), nullable=False, comment="content (encrypts) or mac (recognises)"
        ),
        sa.Column(
            "wrapped",
            sa.LargeBinary(),
            nullable=False,
            comment="The 32-byte key, AES-256-GCM under the master key",
        ),
        sa.Column(
            "wrapped_by", sa.String(length=32), nullable=False, comment="Name of the master key that wraps it"
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="When it was made"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_key")),
        comment="Data keys, each wrapped by the master key in the key file.",
    )
    op.create_table(
        "energy",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="Row id: seq * 2**20 + position",
        ),
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column(
            "area_id",
            sa.Integer(),
            nullable=True,
            comment="Area, fixed at receipt; null: seen by unscoped roles alone",
        ),
        sa.Column(
            "observed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was so (mapping.md 'When')",
        ),
        sa.Column(
            "observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC where it was seen"
        ),
        sa.Column(
            "electricity_source",
            sa.String(length=40),
            nullable=True,
            comment="Main source of electricity (MTF)",
        ),
        sa.Column(
            "electricity_hours", sa.Integer(), nullable=True, comment="Electricity in a typical day (MTF)"
        ),
        sa.Column(
            "electricity_evening_hours",
            sa.Integer(),
            nullable=True,
            comment="Of the hours from 18 to 22 (MTF)",
        ),
        sa.Column("days_out", sa.Integer(), nullable=True, comment="Days with an outage"),
        sa.Column("cooking_fuel", sa.String(length=40), nullable=True, comment="Main cooking fuel (MTF)"),
        sa.Column("cooking_place", sa.String(length=40), nullable=True, comment="Where it cooks"),
        sa.Column("heating_fuel", sa.String(length=40), nullable=True, comment="Main heating fuel"),
        sa.Column(
            "path",
            sa.Text(),
            nullable=False,
            comment="Where it stands in the submission, positions on repeats from 1",
        ),
        sa.Column(
            "merged_from",
            sa.String(length=36),
            nullable=True,
            comment="Household it was first written for, where that was merged into this",
        ),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the submission that says so"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.Column(
            "form_version_id",
            sa.Integer(),
            nullable=False,
            comment="Form version that asked: form_version_column lists its columns",
        ),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="The ledger's event that wrote it"),
        sa.Column("started", sa.DateTime(timezone=True), nullable=True, comment="The form's start"),
        sa.Column(
            "ended",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="The form's end: decides between equal observed_at, then started",
        ),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), nullable=False, comment="When we came to know it"
        ),
        sa.Column(
            "superseded_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When we stopped believing it; null: it stands",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_energy")),
        comment="Energy as told at visits (ESMAP MTF).",
    )
    with op.batch_alter_table("energy", schema=None) as batch_op:
        batch_op.create_index("ix_energy_area", ["area_id", "id"], unique=False)
        batch_op.create_index("ix_energy_subject", ["household_id", "observed_at"], unique=False)
        batch_op.create_index("ix_energy_submission", ["submission_id"], unique=False)

    op.create_table(
        "energy_current",
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column("area_id", sa.Integer(), nullable=True, comment="Area of the newest fact"),
        sa.Column(
            "observed_at", sa.DateTime(timezone=True), nullable=False, comment="When the newest fact was so"
        ),
        sa.Column("observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC there"),
        sa.Column(
            "electricity_source",
            sa.String(length=40),
            nullable=True,
            comment="Main source of electricity (MTF)",
        ),
        sa.Column(
            "electricity_hours", sa.Integer(), nullable=True, comment="Electricity in a typical day (MTF)"
        ),
        sa.Column(
            "electricity_evening_hours",
            sa.Integer(),
            nullable=True,
            comment="Of the hours from 18 to 22 (MTF)",
        ),
        sa.Column("days_out", sa.Integer(), nullable=True, comment="Days with an outage"),
        sa.Column("cooking_fuel", sa.String(length=40), nullable=True, comment="Main cooking fuel (MTF)"),
        sa.Column("cooking_place", sa.String(length=40), nullable=True, comment="Where it cooks"),
        sa.Column("heating_fuel", sa.String(length=40), nullable=True, comment="Main heating fuel"),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the newest fact's submission"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_energy_current")),
        comment="Energy of each household as last known.",
    )
    with op.batch_alter_table("energy_current", schema=None) as batch_op:
        batch_op.create_index("ix_energy_current_area", ["area_id"], unique=False)

    op.create_table(
        "facility",
        sa.Column(
            "uuid", sa.String(length=36), nullable=False, comment="UUID (version 4), shared with its entity"
        ),
        sa.Column(
            "code",
            sa.String(length=60),
            nullable=False,
            comment="Code given at receipt: area, F and serial, check character",
        ),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column("area_id", sa.Integer(), nullable=True, comment="Area it lies in"),
        sa.Column(
            "confirmed",
            sa.Boolean(),
            nullable=False,
            comment="False while the submission that creates it is held back",
        ),
        sa.Column("created_by", sa.BigInteger(), nullable=True, comment="Submission that created it"),
        sa.Column(
            "updated_at", sa.DateTime(timezone=True), nullable=False, comment="When this row was last written"
        ),
        sa.Column("kind", sa.String(length=40), nullable=True, comment="What it is"),
        sa.Column("name", sa.Text(), nullable=True, comment="Its name"),
        sa.Column("point", sa.Text(), nullable=True, comment="Where it stands"),
        sa.Column("point_lat", sa.Float(), nullable=True, comment="Latitude"),
        sa.Column("point_lon", sa.Float(), nullable=True, comment="Longitude"),
        sa.Column("funded_by", sa.Text(), nullable=True, comment="Who paid for it (organisation)"),
        sa.Column("keeper", sa.Text(), nullable=True, comment="Who keeps it (organisation)"),
        sa.Column("built_year", sa.Integer(), nullable=True, comment="Year it was built or taken into use"),
        sa.Column("value", sa.Float(), nullable=True, comment="What it cost"),
        sa.PrimaryKeyConstraint("uuid", name=op.f("pk_facility")),
        sa.UniqueConstraint("code", name=op.f("uq_facility_code")),
        comment="Facilities as they stand. facility_history says what was known when.",
    )
    with op.batch_alter_table("facility", schema=None) as batch_op:
        batch_op.create_index("ix_facility_area", ["area_id", "code"], unique=False)
        batch_op.create_index("ix_facility_project", ["project_id", "code"], unique=False)

    op.create_table(
        "facility_history",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="Row id: seq * 2**20 + position",
        ),
        sa.Column("facility_id", sa.String(length=36), nullable=False, comment="Facility (facility.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column(
            "area_id",
            sa.Integer(),
            nullable=True,
            comment="Area, fixed at receipt; null: seen by unscoped roles alone",
        ),
        sa.Column(
            "observed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was so (mapping.md 'When')",
        ),
        sa.Column(
            "observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC where it was seen"
        ),
        sa.Column("kind", sa.String(length=40), nullable=True, comment="What it is"),
        sa.Column("name", sa.Text(), nullable=True, comment="Its name"),
        sa.Column("point", sa.Text(), nullable=True, comment="Where it stands"),
        sa.Column("point_lat", sa.Float(), nullable=True, comment="Latitude"),
        sa.Column("point_lon", sa.Float(), nullable=True, comment="Longitude"),
        sa.Column("funded_by", sa.Text(), nullable=True, comment="Who paid for it (organisation)"),
        sa.Column("keeper", sa.Text(), nullable=True, comment="Who keeps it (organisation)"),
        sa.Column("built_year", sa.Integer(), nullable=True, comment="Year it was built or taken into use"),
        sa.Column("value", sa.Float(), nullable=True, comment="What it cost"),
        sa.Column(
            "path",
            sa.Text(),
            nullable=False,
            comment="Where it stands in the submission, positions on repeats from 1",
        ),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the submission that says so"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.Column(
            "form_version_id",
            sa.Integer(),
            nullable=False,
            comment="Form version that asked: form_version_column lists its columns",
        ),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="The ledger's event that wrote it"),
        sa.Column("started", sa.DateTime(timezone=True), nullable=True, comment="The form's start"),
        sa.Column(
            "ended",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="The form's end: decides between equal observed_at, then started",
        ),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), nullable=False, comment="When we came to know it"
        ),
        sa.Column(
            "superseded_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When we stopped believing it; null: it stands",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facility_history")),
        comment="What was said about facilities themselves.",
    )
    with op.batch_alter_table("facility_history", schema=None) as batch_op:
        batch_op.create_index("ix_facility_history_area", ["area_id", "id"], unique=False)
        batch_op.create_index("ix_facility_history_subject", ["facility_id", "observed_at"], unique=False)
        batch_op.create_index("ix_facility_history_submission", ["submission_id"], unique=False)

    op.create_table(
        "facility_issue",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="Row id: seq * 2**20 + position",
        ),
        sa.Column("facility_id", sa.String(length=36), nullable=False, comment="Facility (facility.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column(
            "area_id",
            sa.Integer(),
            nullable=True,
            comment="Area, fixed at receipt; null: seen by unscoped roles alone",
        ),
        sa.Column(
            "observed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was so (mapping.md 'When')",
        ),
        sa.Column(
            "observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC where it was seen"
        ),
        sa.Column("kind", sa.String(length=40), nullable=True, comment="What is wrong"),
        sa.Column("opened", sa.Date(), nullable=True, comment="Since when"),
        sa.Column("due", sa.Date(), nullable=True, comment="To be mended by"),
        sa.Column("done", sa.Date(), nullable=True, comment="Mended on"),
        sa.Column(
            "path",
            sa.Text(),
            nullable=False,
            comment="Where it stands in the submission, positions on repeats from 1",
        ),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the submission that says so"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.Column(
            "form_version_id",
            sa.Integer(),
            nullable=False,
            comment="Form version that asked: form_version_column lists its columns",
        ),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="The ledger's event that wrote it"),
        sa.Column("started", sa.DateTime(timezone=True), nullable=True, comment="The form's start"),
        sa.Column(
            "ended",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="The form's end: decides between equal observed_at, then started",
        ),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), nullable=False, comment="When we came to know it"
        ),
        sa.Column(
            "superseded_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When we stopped believing it; null: it stands",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facility_issue")),
        comment="Issues found at facilities, a row each.",
    )
    with op.batch_alter_table("facility_issue", schema=None) as batch_op:
        batch_op.create_index("ix_facility_issue_area", ["area_id", "id"], unique=False)
        batch_op.create_index("ix_facility_issue_subject", ["facility_id", "observed_at"], unique=False)
        batch_op.create_index("ix_facility_issue_submission", ["submission_id"], unique=False)

    op.create_table(
        "facility_issue_current",
        sa.Column("facility_id", sa.String(length=36), nullable=False, comment="Facility (facility.uuid)"),
        sa.Column("position", sa.Integer(), nullable=False, comment="Place among the rows, from 1"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column("area_id", sa.Integer(), nullable=True, comment="Area of the newest fact"),
        sa.Column(
            "observed_at", sa.DateTime(timezone=True), nullable=False, comment="When the newest fact was so"
        ),
        sa.Column("observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC there"),
        sa.Column("kind", sa.String(length=40), nullable=True, comment="What is wrong"),
        sa.Column("opened", sa.Date(), nullable=True, comment="Since when"),
        sa.Column("due", sa.Date(), nullable=True, comment="To be mended by"),
        sa.Column("done", sa.Date(), nullable=True, comment="Mended on"),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the newest fact's submission"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.PrimaryKeyConstraint("facility_id", "position", name=op.f("pk_facility_issue_current")),
        comment="Issues found at each facility's newest inspection that asked.",
    )
    with op.batch_alter_table("facility_issue_current", schema=None) as batch_op:
        batch_op.create_index("ix_facility_issue_current_area", ["area_id"], unique=False)

    op.create_table(
        "failed_sign_in",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
            comment="Id",
        ),
        sa.Column("who", sa.String(length=64), nullable=False, comment="HMAC of account or address, in hex"),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="When"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_failed_sign_in")),
        comment="Failed sign-ins of the last hours.",
    )
    with op.batch_alter_table("failed_sign_in", schema=None) as batch_op:
        batch_op.create_index("ix_failed_sign_in_who", ["who", "at"], unique=False)

    op.create_table(
        "food",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="Row id: seq * 2**20 + position",
        ),
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column(
            "area_id",
            sa.Integer(),
            nullable=True,
            comment="Area, fixed at receipt; null: seen by unscoped roles alone",
        ),
        sa.Column(
            "observed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was so (mapping.md 'When')",
        ),
        sa.Column(
            "observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC where it was seen"
        ),
        sa.Column(
            "worried",
            sa.String(length=40),
            nullable=True,
            comment="Worried about having enough to eat (FIES 1)",
        ),
        sa.Column(
            "healthy",
            sa.String(length=40),
            nullable=True,
            comment="Could not eat healthy and nutritious food (FIES 2)",
        ),
        sa.Column(
            "few_foods", sa.String(length=40), nullable=True, comment="Ate only a few kinds of food (FIES 3)"
        ),
        sa.Column("skipped", sa.String(length=40), nullable=True, comment="Had to skip a meal (FIES 4)"),
        sa.Column(
            "ate_less", sa.String(length=40), nullable=True, comment="Ate less than it should (FIES 5)"
        ),
        sa.Column("ran_out", sa.String(length=40), nullable=True, comment="Ran out of food (FIES 6)"),
        sa.Column(
            "hungry", sa.String(length=40), nullable=True, comment="Was hungry but did not eat (FIES 7)"
        ),
        sa.Column(
            "whole_day",
            sa.String(length=40),
            nullable=True,
            comment="Went without eating for a whole day (FIES 8)",
        ),
        sa.Column(
            "recall", sa.String(length=40), nullable=True, comment="Period asked about; one for a round"
        ),
        sa.Column(
            "path",
            sa.Text(),
            nullable=False,
            comment="Where it stands in the submission, positions on repeats from 1",
        ),
        sa.Column(
            "merged_from",
            sa.String(length=36),
            nullable=True,
            comment="Household it was first written for, where that was merged into this",
        ),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the submission that says so"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.Column(
            "form_version_id",
            sa.Integer(),
            nullable=False,
            comment="Form version that asked: form_version_column lists its columns",
        ),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="The ledger's event that wrote it"),
        sa.Column("started", sa.DateTime(timezone=True), nullable=True, comment="The form's start"),
        sa.Column(
            "ended",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="The form's end: decides between equal observed_at, then started",
        ),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), nullable=False, comment="When we came to know it"
        ),
        sa.Column(
            "superseded_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When we stopped believing it; null: it stands",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_food")),
        comment="Food insecurity as told at visits (FAO FIES).",
    )
    with op.batch_alter_table("food", schema=None) as batch_op:
        batch_op.create_index("ix_food_area", ["area_id", "id"], unique=False)
        batch_op.create_index("ix_food_subject", ["household_id", "observed_at"], unique=False)
        batch_op.create_index("ix_food_submission", ["submission_id"], unique=False)

    op.create_table(
        "food_current",
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column("area_id", sa.Integer(), nullable=True, comment="Area of the newest fact"),
        sa.Column(
            "observed_at", sa.DateTime(timezone=True), nullable=False, comment="When the newest fact was so"
        ),
        sa.Column("observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC there"),
        sa.Column(
            "worried",
            sa.String(length=40),
            nullable=True,
            comment="Worried about having enough to eat (FIES 1)",
        ),
        sa.Column(
            "healthy",
            sa.String(length=40),
            nullable=True,
            comment="Could not eat healthy and nutritious food (FIES 2)",
        ),
        sa.Column(
            "few_foods", sa.String(length=40), nullable=True, comment="Ate only a few kinds of food (FIES 3)"
        ),
        sa.Column("skipped", sa.String(length=40), nullable=True, comment="Had to skip a meal (FIES 4)"),
        sa.Column(
            "ate_less", sa.String(length=40), nullable=True, comment="Ate less than it should (FIES 5)"
        ),
        sa.Column("ran_out", sa.String(length=40), nullable=True, comment="Ran out of food (FIES 6)"),
        sa.Column(
            "hungry", sa.String(length=40), nullable=True, comment="Was hungry but did not eat (FIES 7)"
        ),
        sa.Column(
            "whole_day",
            sa.String(length=40),
            nullable=True,
            comment="Went without eating for a whole day (FIES 8)",
        ),
        sa.Column(
            "recall", sa.String(length=40), nullable=True, comment="Period asked about; one for a round"
        ),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the newest fact's submission"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_food_current")),
        comment="Food insecurity of each household as last told.",
    )
    with op.batch_alter_table("food_current", schema=None) as batch_op:
        batch_op.create_index("ix_food_current_area", ["area_id"], unique=False)

    op.create_table(
        "form_file",
        sa.Column("id", sa.Integer(), nullable=False, comment="File id"),
        sa.Column("md5", sa.String(length=32), nullable=False, comment="MD5, hex: what the manifest carries"),
        sa.Column("size", sa.Integer(), nullable=False, comment="Size"),
        sa.Column("content", sa.LargeBinary(), nullable=True, comment="The bytes, where small"),
        sa.Column(
            "blob", sa.String(length=64), nullable=True, comment="Name in the photo store, where large"
        ),
        sa.Column("content_type", sa.String(length=120), nullable=False, comment="Media type"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_file")),
        comment="Contents of form attachments.",
    )
    with op.batch_alter_table("form_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_form_file_md5"), ["md5"], unique=False)

    op.create_table(
        "harvest",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="Row id: seq * 2**20 + position",
        ),
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column(
            "area_id",
            sa.Integer(),
            nullable=True,
            comment="Area, fixed at receipt; null: seen by unscoped roles alone",
        ),
        sa.Column(
            "observed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was so (mapping.md 'When')",
        ),
        sa.Column(
            "observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC where it was seen"
        ),
        sa.Column("crops", sa.Text(), nullable=True, comment="Main crops of the last season"),
        sa.Column("area", sa.Float(), nullable=True, comment="Land cultivated"),
        sa.Column("kept_share", sa.Integer(), nullable=True, comment="Of the harvest kept for eating"),
        sa.Column("lost_share", sa.Integer(), nullable=True, comment="Of the harvest lost"),
        sa.Column("cattle", sa.Integer(), nullable=True, comment="Cattle"),
        sa.Column("sheep_goats", sa.Integer(), nullable=True, comment="Sheep and goats"),
        sa.Column("poultry", sa.Integer(), nullable=True, comment="Poultry"),
        sa.Column("water_for_fields", sa.String(length=40), nullable=True, comment="Water for the fields"),
        sa.Column(
            "path",
            sa.Text(),
            nullable=False,
            comment="Where it stands in the submission, positions on repeats from 1",
        ),
        sa.Column(
            "merged_from",
            sa.String(length=36),
            nullable=True,
            comment="Household it was first written for, where that was merged into this",
        ),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the submission that says so"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.Column(
            "form_version_id",
            sa.Integer(),
            nullable=False,
            comment="Form version that asked: form_version_column lists its columns",
        ),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="The ledger's event that wrote it"),
        sa.Column("started", sa.DateTime(timezone=True), nullable=True, comment="The form's start"),
        sa.Column(
            "ended",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="The form's end: decides between equal observed_at, then started",
        ),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), nullable=False, comment="When we came to know it"
        ),
        sa.Column(
            "superseded_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When we stopped believing it; null: it stands",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_harvest")),
        comment="Harvest as told at visits.",
    )
    with op.batch_alter_table("harvest", schema=None) as batch_op:
        batch_op.create_index("ix_harvest_area", ["area_id", "id"], unique=False)
        batch_op.create_index("ix_harvest_subject", ["household_id", "observed_at"], unique=False)
        batch_op.create_index("ix_harvest_submission", ["submission_id"], unique=False)

    op.create_table(
        "harvest_current",
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column("area_id", sa.Integer(), nullable=True, comment="Area of the newest fact"),
        sa.Column(
            "observed_at", sa.DateTime(timezone=True), nullable=False, comment="When the newest fact was so"
        ),
        sa.Column("observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC there"),
        sa.Column("crops", sa.Text(), nullable=True, comment="Main crops of the last season"),
        sa.Column("area", sa.Float(), nullable=True, comment="Land cultivated"),
        sa.Column("kept_share", sa.Integer(), nullable=True, comment="Of the harvest kept for eating"),
        sa.Column("lost_share", sa.Integer(), nullable=True, comment="Of the harvest lost"),
        sa.Column("cattle", sa.Integer(), nullable=True, comment="Cattle"),
        sa.Column("sheep_goats", sa.Integer(), nullable=True, comment="Sheep and goats"),
        sa.Column("poultry", sa.Integer(), nullable=True, comment="Poultry"),
        sa.Column("water_for_fields", sa.String(length=40), nullable=True, comment="Water for the fields"),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the newest fact's submission"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_harvest_current")),
        comment="Harvest of each household as last told.",
    )
    with op.batch_alter_table("harvest_current", schema=None) as batch_op:
        batch_op.create_index("ix_harvest_current_area", ["area_id"], unique=False)

    op.create_table(
        "health_access",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="Row id: seq * 2**20 + position",
        ),
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column(
            "area_id",
            sa.Integer(),
            nullable=True,
            comment="Area, fixed at receipt; null: seen by unscoped roles alone",
        ),
        sa.Column(
            "observed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was so (mapping.md 'When')",
        ),
        sa.Column(
            "observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC where it was seen"
        ),
        sa.Column(
            "minutes_to_clinic", sa.Integer(), nullable=True, comment="To a staffed clinic by the usual way"
        ),
        sa.Column(
            "needed_care", sa.Boolean(), nullable=True, comment="Anybody needed care in the last 3 months"
        ),
        sa.Column("received_care", sa.Boolean(), nullable=True, comment="And received it"),
        sa.Column("barriers", sa.Text(), nullable=True, comment="What stood in the way"),
        sa.Column(
            "path",
            sa.Text(),
            nullable=False,
            comment="Where it stands in the submission, positions on repeats from 1",
        ),
        sa.Column(
            "merged_from",
            sa.String(length=36),
            nullable=True,
            comment="Household it was first written for, where that was merged into this",
        ),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the submission that says so"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.Column(
            "form_version_id",
            sa.Integer(),
            nullable=False,
            comment="Form version that asked: form_version_column lists its columns",
        ),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="The ledger's event that wrote it"),
        sa.Column("started", sa.DateTime(timezone=True), nullable=True, comment="The form's start"),
        sa.Column(
            "ended",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="The form's end: decides between equal observed_at, then started",
        ),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), nullable=False, comment="When we came to know it"
        ),
        sa.Column(
            "superseded_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When we stopped believing it; null: it stands",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_health_access")),
        comment="Health access as told at visits.",
    )
    with op.batch_alter_table("health_access", schema=None) as batch_op:
        batch_op.create_index("ix_health_access_area", ["area_id", "id"], unique=False)
        batch_op.create_index("ix_health_access_subject", ["household_id", "observed_at"], unique=False)
        batch_op.create_index("ix_health_access_submission", ["submission_id"], unique=False)

    op.create_table(
        "health_access_current",
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column("area_id", sa.Integer(), nullable=True, comment="Area of the newest fact"),
        sa.Column(
            "observed_at", sa.DateTime(timezone=True), nullable=False, comment="When the newest fact was so"
        ),
        sa.Column("observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC there"),
        sa.Column(
            "minutes_to_clinic", sa.Integer(), nullable=True, comment="To a staffed clinic by the usual way"
        ),
        sa.Column(
            "needed_care", sa.Boolean(), nullable=True, comment="Anybody needed care in the last 3 months"
        ),
        sa.Column("received_care", sa.Boolean(), nullable=True, comment="And received it"),
        sa.Column("barriers", sa.Text(), nullable=True, comment="What stood in the way"),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the newest fact's submission"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_health_access_current")),
        comment="Health access of each household as last known.",
    )
    with op.batch_alter_table("health_access_current", schema=None) as batch_op:
        batch_op.create_index("ix_health_access_current_area", ["area_id"], unique=False)

    op.create_table(
        "household",
        sa.Column(
            "uuid", sa.String(length=36), nullable=False, comment="UUID (version 4), shared with its entity"
        ),
        sa.Column(
            "code",
            sa.String(length=60),
            nullable=False,
            comment="Code given at receipt: area, serial, check character",
        ),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column("area_id", sa.Integer(), nullable=True, comment="Area it lies in"),
        sa.Column(
            "confirmed",
            sa.Boolean(),
            nullable=False,
            comment="False while the submission that creates it is held back",
        ),
        sa.Column("created_by", sa.BigInteger(), nullable=True, comment="Submission that created it"),
        sa.Column(
            "merged_into",
            sa.String(length=36),
            nullable=True,
            comment="The household that it is one dwelling with",
        ),
        sa.Column(
            "updated_at", sa.DateTime(timezone=True), nullable=False, comment="When this row was last written"
        ),
        sa.Column("dwelling", sa.LargeBinary(), nullable=True, comment="Where the dwelling stands"),
        sa.Column(
            "dwelling_lat", sa.Float(), nullable=True, comment="Latitude of the dwelling, rounded to 0.01"
        ),
        sa.Column(
            "dwelling_lon", sa.Float(), nullable=True, comment="Longitude of the dwelling, rounded to 0.01"
        ),
        sa.Column("status", sa.String(length=40), nullable=True, comment="Whether it is still visited"),
        sa.Column(
            "enrolled_on",
            sa.Date(),
            nullable=True,
            comment="Day of its enrolment, in the project's time zone",
        ),
        sa.Column(
            "last_visit_on",
            sa.Date(),
            nullable=True,
            comment="Day of the last visit that took place, in the project's time zone",
        ),
        sa.Column("next_visit_due", sa.Date(), nullable=True, comment="From when the next visit is due"),
        sa.Column(
            "contact_ok",
            sa.Boolean(),
            nullable=True,
            comment="Agreed to be contacted (withdrawn at any time)",
        ),
        sa.Column("contact", sa.LargeBinary(), nullable=True, comment="How to reach it, where it agreed"),
        sa.PrimaryKeyConstraint("uuid", name=op.f("pk_household")),
        sa.UniqueConstraint("code", name=op.f("uq_household_code")),
        comment="Households as they stand. household_history says what was known when.",
    )
    with op.batch_alter_table("household", schema=None) as batch_op:
        batch_op.create_index("ix_household_area", ["area_id", "code"], unique=False)
        batch_op.create_index("ix_household_merged", ["merged_into"], unique=False)
        batch_op.create_index("ix_household_project", ["project_id", "code"], unique=False)

    op.create_table(
        "household_history",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="Row id: seq * 2**20 + position",
        ),
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column(
            "area_id",
            sa.Integer(),
            nullable=True,
            comment="Area, fixed at receipt; null: seen by unscoped roles alone",
        ),
        sa.Column(
            "observed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was so (mapping.md 'When')",
        ),
        sa.Column(
            "observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC where it was seen"
        ),
        sa.Column("dwelling", sa.LargeBinary(), nullable=True, comment="Where the dwelling stands"),
        sa.Column(
            "dwelling_lat", sa.Float(), nullable=True, comment="Latitude of the dwelling, rounded to 0.01"
        ),
        sa.Column(
            "dwelling_lon", sa.Float(), nullable=True, comment="Longitude of the dwelling, rounded to 0.01"
        ),
        sa.Column("status", sa.String(length=40), nullable=True, comment="Whether it is still visited"),
        sa.Column(
            "enrolled_on",
            sa.Date(),
            nullable=True,
            comment="Day of its enrolment, in the project's time zone",
        ),
        sa.Column(
            "last_visit_on",
            sa.Date(),
            nullable=True,
            comment="Day of the last visit that took place, in the project's time zone",
        ),
        sa.Column("next_visit_due", sa.Date(), nullable=True, comment="From when the next visit is due"),
        sa.Column(
            "contact_ok",
            sa.Boolean(),
            nullable=True,
            comment="Agreed to be contacted (withdrawn at any time)",
        ),
        sa.Column("contact", sa.LargeBinary(), nullable=True, comment="How to reach it, where it agreed"),
        sa.Column(
            "path",
            sa.Text(),
            nullable=False,
            comment="Where it stands in the submission, positions on repeats from 1",
        ),
        sa.Column(
            "merged_from",
            sa.String(length=36),
            nullable=True,
            comment="Household it was first written for, where that was merged into this",
        ),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the submission that says so"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.Column(
            "form_version_id",
            sa.Integer(),
            nullable=False,
            comment="Form version that asked: form_version_column lists its columns",
        ),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="The ledger's event that wrote it"),
        sa.Column("started", sa.DateTime(timezone=True), nullable=True, comment="The form's start"),
        sa.Column(
            "ended",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="The form's end: decides between equal observed_at, then started",
        ),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), nullable=False, comment="When we came to know it"
        ),
        sa.Column(
            "superseded_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When we stopped believing it; null: it stands",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_history")),
        comment="What was said about households themselves: dwelling, status, contact.",
    )
    with op.batch_alter_table("household_history", schema=None) as batch_op:
        batch_op.create_index("ix_household_history_area", ["area_id", "id"], unique=False)
        batch_op.create_index("ix_household_history_subject", ["household_id", "observed_at"], unique=False)
        batch_op.create_index("ix_household_history_submission", ["submission_id"], unique=False)

    op.create_table(
        "housing",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="Row id: seq * 2**20 + position",
        ),
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column(
            "area_id",
            sa.Integer(),
            nullable=True,
            comment="Area, fixed at receipt; null: seen by unscoped roles alone",
        ),
        sa.Column(
            "observed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was so (mapping.md 'When')",
        ),
        sa.Column(
            "observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC where it was seen"
        ),
        sa.Column("floor", sa.String(length=40), nullable=True, comment="Main material of the floor"),
        sa.Column("roof", sa.String(length=40), nullable=True, comment="Main material of the roof"),
        sa.Column("wall", sa.String(length=40), nullable=True, comment="Main material of the outer walls"),
        sa.Column("sleeping_rooms", sa.Integer(), nullable=True, comment="Rooms used for sleeping"),
        sa.Column("damage", sa.Text(), nullable=True, comment="Damage not yet repaired"),
        sa.Column("damage_photo", sa.String(length=255), nullable=True, comment="Photo of the damage"),
        sa.Column(
            "tenure_secure",
            sa.Boolean(),
            nullable=True,
            comment="Sees no danger of having to leave against its will",
        ),
        sa.Column(
            "path",
            sa.Text(),
            nullable=False,
            comment="Where it stands in the submission, positions on repeats from 1",
        ),
        sa.Column(
            "merged_from",
            sa.String(length=36),
            nullable=True,
            comment="Household it was first written for, where that was merged into this",
        ),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the submission that says so"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.Column(
            "form_version_id",
            sa.Integer(),
            nullable=False,
            comment="Form version that asked: form_version_column lists its columns",
        ),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="The ledger's event that wrote it"),
        sa.Column("started", sa.DateTime(timezone=True), nullable=True, comment="The form's start"),
        sa.Column(
            "ended",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="The form's end: decides between equal observed_at, then started",
        ),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), nullable=False, comment="When we came to know it"
        ),
        sa.Column(
            "superseded_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When we stopped believing it; null: it stands",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_housing")),
        comment="Housing as found at visits (DHS/MICS, UN-Habitat).",
    )
    with op.batch_alter_table("housing", schema=None) as batch_op:
        batch_op.create_index("ix_housing_area", ["area_id", "id"], unique=False)
        batch_op.create_index("ix_housing_subject", ["household_id", "observed_at"], unique=False)
        batch_op.create_index("ix_housing_submission", ["submission_id"], unique=False)

    op.create_table(
        "housing_current",
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column("area_id", sa.Integer(), nullable=True, comment="Area of the newest fact"),
        sa.Column(
            "observed_at", sa.DateTime(timezone=True), nullable=False, comment="When the newest fact was so"
        ),
        sa.Column("observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC there"),
        sa.Column("floor", sa.String(length=40), nullable=True, comment="Main material of the floor"),
        sa.Column("roof", sa.String(length=40), nullable=True, comment="Main material of the roof"),
        sa.Column("wall", sa.String(length=40), nullable=True, comment="Main material of the outer walls"),
        sa.Column("sleeping_rooms", sa.Integer(), nullable=True, comment="Rooms used for sleeping"),
        sa.Column("damage", sa.Text(), nullable=True, comment="Damage not yet repaired"),
        sa.Column("damage_photo", sa.String(length=255), nullable=True, comment="Photo of the damage"),
        sa.Column(
            "tenure_secure",
            sa.Boolean(),
            nullable=True,
            comment="Sees no danger of having to leave against its will",
        ),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the newest fact's submission"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_housing_current")),
        comment="Housing of each household as last known.",
    )
    with op.batch_alter_table("housing_current", schema=None) as batch_op:
        batch_op.create_index("ix_housing_current_area", ["area_id"], unique=False)

    op.create_table(
        "hygiene",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="Row id: seq * 2**20 + position",
        ),
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column(
            "area_id",
            sa.Integer(),
            nullable=True,
            comment="Area, fixed at receipt; null: seen by unscoped roles alone",
        ),
        sa.Column(
            "observed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was so (mapping.md 'When')",
        ),
        sa.Column(
            "observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC where it was seen"
        ),
        sa.Column(
            "handwashing",
            sa.String(length=40),
            nullable=True,
            comment="Place for washing hands as seen (JMP H1)",
        ),
        sa.Column("water_seen", sa.Boolean(), nullable=True, comment="Water there at the time (JMP H2)"),
        sa.Column(
            "soap_seen", sa.Boolean(), nullable=True, comment="Soap or detergent there at the time (JMP H3)"
        ),
        sa.Column(
            "path",
            sa.Text(),
            nullable=False,
            comment="Where it stands in the submission, positions on repeats from 1",
        ),
        sa.Column(
            "merged_from",
            sa.String(length=36),
            nullable=True,
            comment="Household it was first written for, where that was merged into this",
        ),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the submission that says so"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.Column(
            "form_version_id",
            sa.Integer(),
            nullable=False,
            comment="Form version that asked: form_version_column lists its columns",
        ),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="The ledger's event that wrote it"),
        sa.Column("started", sa.DateTime(timezone=True), nullable=True, comment="The form's start"),
        sa.Column(
            "ended",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="The form's end: decides between equal observed_at, then started",
        ),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), nullable=False, comment="When we came to know it"
        ),
        sa.Column(
            "superseded_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When we stopped believing it; null: it stands",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hygiene")),
        comment="Handwashing as seen at visits (WHO/UNICEF JMP).",
    )
    with op.batch_alter_table("hygiene", schema=None) as batch_op:
        batch_op.create_index("ix_hygiene_area", ["area_id", "id"], unique=False)
        batch_op.create_index("ix_hygiene_subject", ["household_id", "observed_at"], unique=False)
        batch_op.create_index("ix_hygiene_submission", ["submission_id"], unique=False)

    op.create_table(
        "hygiene_current",
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column("area_id", sa.Integer(), nullable=True, comment="Area of the newest fact"),
        sa.Column(
            "observed_at", sa.DateTime(timezone=True), nullable=False, comment="When the newest fact was so"
        ),
        sa.Column("observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC there"),
        sa.Column(
            "handwashing",
            sa.String(length=40),
            nullable=True,
            comment="Place for washing hands as seen (JMP H1)",
        ),
        sa.Column("water_seen", sa.Boolean(), nullable=True, comment="Water there at the time (JMP H2)"),
        sa.Column(
            "soap_seen", sa.Boolean(), nullable=True, comment="Soap or detergent there at the time (JMP H3)"
        ),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the newest fact's submission"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_hygiene_current")),
        comment="Handwashing of each household as last seen.",
    )
    with op.batch_alter_table("hygiene_current", schema=None) as batch_op:
        batch_op.create_index("ix_hygiene_current_area", ["area_id"], unique=False)

    op.create_table(
        "inspection",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="Row id: seq * 2**20 + position",
        ),
        sa.Column("facility_id", sa.String(length=36), nullable=False, comment="Facility (facility.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column(
            "area_id",
            sa.Integer(),
            nullable=True,
            comment="Area, fixed at receipt; null: seen by unscoped roles alone",
        ),
        sa.Column(
            "observed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was so (mapping.md 'When')",
        ),
        sa.Column(
            "observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC where it was seen"
        ),
        sa.Column("condition", sa.String(length=40), nullable=True, comment="Condition"),
        sa.Column("working", sa.Boolean(), nullable=True, comment="Works on the day"),
        sa.Column("in_use", sa.Boolean(), nullable=True, comment="Is used"),
        sa.Column("people_served", sa.Integer(), nullable=True, comment="People whom it serves"),
        sa.Column("to_standard", sa.Boolean(), nullable=True, comment="Meets the standard for its kind"),
        sa.Column("photo", sa.String(length=255), nullable=True, comment="Photo of the facility"),
        sa.Column(
            "path",
            sa.Text(),
            nullable=False,
            comment="Where it stands in the submission, positions on repeats from 1",
        ),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the submission that says so"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.Column(
            "form_version_id",
            sa.Integer(),
            nullable=False,
            comment="Form version that asked: form_version_column lists its columns",
        ),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="The ledger's event that wrote it"),
        sa.Column("started", sa.DateTime(timezone=True), nullable=True, comment="The form's start"),
        sa.Column(
            "ended",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="The form's end: decides between equal observed_at, then started",
        ),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), nullable=False, comment="When we came to know it"
        ),
        sa.Column(
            "superseded_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When we stopped believing it; null: it stands",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection")),
        comment="Inspections of facilities.",
    )
    with op.batch_alter_table("inspection", schema=None) as batch_op:
        batch_op.create_index("ix_inspection_area", ["area_id", "id"], unique=False)
        batch_op.create_index("ix_inspection_subject", ["facility_id", "observed_at"], unique=False)
        batch_op.create_index("ix_inspection_submission", ["submission_id"], unique=False)

    op.create_table(
        "inspection_current",
        sa.Column("facility_id", sa.String(length=36), nullable=False, comment="Facility (facility.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column("area_id", sa.Integer(), nullable=True, comment="Area of the newest fact"),
        sa.Column(
            "observed_at", sa.DateTime(timezone=True), nullable=False, comment="When the newest fact was so"
        ),
        sa.Column("observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC there"),
        sa.Column("condition", sa.String(length=40), nullable=True, comment="Condition"),
        sa.Column("working", sa.Boolean(), nullable=True, comment="Works on the day"),
        sa.Column("in_use", sa.Boolean(), nullable=True, comment="Is used"),
        sa.Column("people_served", sa.Integer(), nullable=True, comment="People whom it serves"),
        sa.Column("to_standard", sa.Boolean(), nullable=True, comment="Meets the standard for its kind"),
        sa.Column("photo", sa.String(length=255), nullable=True, comment="Photo of the facility"),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the newest fact's submission"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.PrimaryKeyConstraint("facility_id", name=op.f("pk_inspection_current")),
        comment="Each facility as last inspected.",
    )
    with op.batch_alter_table("inspection_current", schema=None) as batch_op:
        batch_op.create_index("ix_inspection_current_area", ["area_id"], unique=False)

    op.create_table(
        "instance_key",
        sa.Column("form_id", sa.Integer(), nullable=False, comment="Form"),
        sa.Column("draft", sa.Boolean(), nullable=False, comment="Draft or live"),
        sa.Column(
            "instance_mac", sa.LargeBinary(length=32), nullable=False, comment="HMAC of the instanceID"
        ),
        sa.Column(
            "xml_mac", sa.LargeBinary(length=32), nullable=False, comment="HMAC of the XML as received"
        ),
        sa.Column(
            "submission_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="Submission that it leads to; null once erased",
        ),
        sa.Column(
            "version_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="Its version",
        ),
        sa.PrimaryKeyConstraint("form_id", "draft", "instance_mac", name=op.f("pk_instance_key")),
        comment="instanceIDs that are taken, and what XML they came with, by HMAC.",
    )
    op.create_table(
        "job",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
            comment="Order of arrival",
        ),
        sa.Column("kind", sa.String(length=40), nullable=False, comment="Which registered function runs it"),
        sa.Column(
            "ref", sa.String(length=200), nullable=False, comment="What it is about: the function's argument"
        ),
        sa.Column(
            "run_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="Not before; also the lease of a worker that has taken it",
        ),
        sa.Column("attempts", sa.Integer(), nullable=False, comment="How often it was tried"),
        sa.Column("error", sa.Text(), nullable=True, comment="What went wrong at the last try"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        comment="Work that runs later, written in the transaction that wants it.",
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index("ix_job_due", ["run_at", "id"], unique=False)

    op.create_table(
        "ledger",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
            comment="Receipt order",
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False, comment="When the server recorded it"),
        sa.Column("kind", sa.String(length=16), nullable=False, comment="submission, review, merge …"),
        sa.Column("ref", sa.String(length=80), nullable=False, comment="What it is about: table:id"),
        sa.Column("actor_id", sa.Integer(), nullable=True, comment="Who caused it; null: the server itself"),
        sa.Column(
            "payload",
            sa.LargeBinary(),
            nullable=True,
            comment="Encrypted JSON of references, decisions, determinations; null once erased",
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_ledger")),
        comment="Append-only record of what came and what was decided.",
    )
    with op.batch_alter_table("ledger", schema=None) as batch_op:
        batch_op.create_index("ix_ledger_ref", ["ref"], unique=False)

    op.create_table(
        "need",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="Row id: seq * 2**20 + position",
        ),
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column(
            "area_id",
            sa.Integer(),
            nullable=True,
            comment="Area, fixed at receipt; null: seen by unscoped roles alone",
        ),
        sa.Column(
            "observed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was so (mapping.md 'When')",
        ),
        sa.Column(
            "observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC where it was seen"
        ),
        sa.Column("service", sa.String(length=40), nullable=True, comment="Which service lacks"),
        sa.Column(
            "pass_on", sa.String(length=40), nullable=True, comment="Whether the household wants it passed on"
        ),
        sa.Column("request", sa.String(length=8), nullable=True, comment="Help request that a yes opened"),
        sa.Column("met_on", sa.Date(), nullable=True, comment="Day of the visit that found it met"),
        sa.Column(
            "path",
            sa.Text(),
            nullable=False,
            comment="Where it stands in the submission, positions on repeats from 1",
        ),
        sa.Column(
            "merged_from",
            sa.String(length=36),
            nullable=True,
            comment="Household it was first written for, where that was merged into this",
        ),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the submission that says so"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.Column(
            "form_version_id",
            sa.Integer(),
            nullable=False,
            comment="Form version that asked: form_version_column lists its columns",
        ),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="The ledger's event that wrote it"),
        sa.Column("started", sa.DateTime(timezone=True), nullable=True, comment="The form's start"),
        sa.Column(
            "ended",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="The form's end: decides between equal observed_at, then started",
        ),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), nullable=False, comment="When we came to know it"
        ),
        sa.Column(
            "superseded_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When we stopped believing it; null: it stands",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need")),
        comment="Needs found at visits, a row each.",
    )
    with op.batch_alter_table("need", schema=None) as batch_op:
        batch_op.create_index("ix_need_area", ["area_id", "id"], unique=False)
        batch_op.create_index("ix_need_subject", ["household_id", "observed_at"], unique=False)
        batch_op.create_index("ix_need_submission", ["submission_id"], unique=False)

    op.create_table(
        "need_current",
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("position", sa.Integer(), nullable=False, comment="Place among the rows, from 1"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column("area_id", sa.Integer(), nullable=True, comment="Area of the newest fact"),
        sa.Column(
            "observed_at", sa.DateTime(timezone=True), nullable=False, comment="When the newest fact was so"
        ),
        sa.Column("observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC there"),
        sa.Column("service", sa.String(length=40), nullable=True, comment="Which service lacks"),
        sa.Column(
            "pass_on", sa.String(length=40), nullable=True, comment="Whether the household wants it passed on"
        ),
        sa.Column("request", sa.String(length=8), nullable=True, comment="Help request that a yes opened"),
        sa.Column("met_on", sa.Date(), nullable=True, comment="Day of the visit that found it met"),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the newest fact's submission"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.PrimaryKeyConstraint("household_id", "position", name=op.f("pk_need_current")),
        comment="Needs found at the newest visit that asked.",
    )
    with op.batch_alter_table("need_current", schema=None) as batch_op:
        batch_op.create_index("ix_need_current_area", ["area_id"], unique=False)

    op.create_table(
        "observation",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="Row id: seq * 2**20",
        ),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column(
            "area_id",
            sa.Integer(),
            nullable=True,
            comment="Area, fixed at receipt; null: seen by unscoped roles alone",
        ),
        sa.Column(
            "observed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was so (mapping.md 'When')",
        ),
        sa.Column(
            "observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC where it was seen"
        ),
        sa.Column("kind", sa.String(length=10), nullable=False, comment="household, facility or area"),
        sa.Column(
            "subject",
            sa.String(length=40),
            nullable=False,
            comment="UUID of household or facility, or code of the area",
        ),
        sa.Column(
            "merged_from",
            sa.String(length=36),
            nullable=True,
            comment="Household it was first written for, where that was merged",
        ),
        sa.Column("version_id", sa.BigInteger(), nullable=False, comment="Submission version"),
        sa.Column(
            "rank",
            sa.LargeBinary(),
            nullable=False,
            comment="observed_at, ended, started, instanceID as bytes: a later one sorts after",
        ),
        sa.Column(
            "took_place",
            sa.Boolean(),
            nullable=False,
            comment="False where nothing could be asked: refused, nobody home, moved away, unsafe",
        ),
        sa.Column(
            "outcome", sa.String(length=40), nullable=True, comment="The visit's outcome, where it says one"
        ),
        sa.Column("written", sa.Text(), nullable=False, comment="Rows written: [table, row id, [columns]]"),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the submission that says so"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.Column(
            "form_version_id",
            sa.Integer(),
            nullable=False,
            comment="Form version that asked: form_version_column lists its columns",
        ),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="The ledger's event that wrote it"),
        sa.Column("started", sa.DateTime(timezone=True), nullable=True, comment="The form's start"),
        sa.Column(
            "ended",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="The form's end: decides between equal observed_at, then started",
        ),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), nullable=False, comment="When we came to know it"
        ),
        sa.Column(
            "superseded_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When we stopped believing it; null: it stands",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observation")),
        comment="What each submission observed: whose, when, and the rows it wrote.",
    )
    with op.batch_alter_table("observation", schema=None) as batch_op:
        batch_op.create_index("ix_observation_subject", ["subject", "rank"], unique=False)
        batch_op.create_index("ix_observation_submission", ["submission_id"], unique=False)

    op.create_table(
        "project",
        sa.Column("id", sa.Integer(), nullable=False, comment="Project id"),
        sa.Column("name", sa.String(length=200), nullable=False, comment="Name"),
        sa.Column("description", sa.Text(), nullable=True, comment="What it is for"),
        sa.Column("archived", sa.Boolean(), nullable=False, comment="Archived: forms take nothing"),
        sa.Column(
            "timezone",
            sa.String(length=64),
            nullable=False,
            comment="Time zone: decides day, month and round",
        ),
        sa.Column(
            "exact_points",
            sa.Boolean(),
            nullable=False,
            comment="Phones get exact dwelling points in their lists; each download is audited",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="When it was made"),
        sa.Column(
            "updated_at", sa.DateTime(timezone=True), nullable=True, comment="When it was last changed"
        ),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True, comment="In the bin since"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
        comment="Projects.",
    )
    op.create_table(
        "sanitation",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="Row id: seq * 2**20 + position",
        ),
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column(
            "area_id",
            sa.Integer(),
            nullable=True,
            comment="Area, fixed at receipt; null: seen by unscoped roles alone",
        ),
        sa.Column(
            "observed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was so (mapping.md 'When')",
        ),
        sa.Column(
            "observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC where it was seen"
        ),
        sa.Column(
            "facility",
            sa.String(length=40),
            nullable=True,
            comment="Toilet that members usually use (JMP S1)",
        ),
        sa.Column("location", sa.String(length=40), nullable=True, comment="Where it is (JMP S6)"),
        sa.Column("shared", sa.Boolean(), nullable=True, comment="Shared with other households (JMP S4)"),
        sa.Column(
            "shared_households",
            sa.Integer(),
            nullable=True,
            comment="Households that use it, own included; 10 is 10 or more",
        ),
        sa.Column("ever_emptied", sa.Boolean(), nullable=True, comment="Pit or tank ever emptied (JMP S2)"),
        sa.Column(
            "emptied_to", sa.String(length=40), nullable=True, comment="Where the contents went (JMP S3)"
        ),
        sa.Column("photo", sa.String(length=255), nullable=True, comment="Photo of the toilet"),
        sa.Column(
            "path",
            sa.Text(),
            nullable=False,
            comment="Where it stands in the submission, positions on repeats from 1",
        ),
        sa.Column(
            "merged_from",
            sa.String(length=36),
            nullable=True,
            comment="Household it was first written for, where that was merged into this",
        ),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the submission that says so"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.Column(
            "form_version_id",
            sa.Integer(),
            nullable=False,
            comment="Form version that asked: form_version_column lists its columns",
        ),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="The ledger's event that wrote it"),
        sa.Column("started", sa.DateTime(timezone=True), nullable=True, comment="The form's start"),
        sa.Column(
            "ended",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="The form's end: decides between equal observed_at, then started",
        ),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), nullable=False, comment="When we came to know it"
        ),
        sa.Column(
            "superseded_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When we stopped believing it; null: it stands",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sanitation")),
        comment="Sanitation as found at visits (WHO/UNICEF JMP).",
    )
    with op.batch_alter_table("sanitation", schema=None) as batch_op:
        batch_op.create_index("ix_sanitation_area", ["area_id", "id"], unique=False)
        batch_op.create_index("ix_sanitation_subject", ["household_id", "observed_at"], unique=False)
        batch_op.create_index("ix_sanitation_submission", ["submission_id"], unique=False)

    op.create_table(
        "sanitation_current",
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column("area_id", sa.Integer(), nullable=True, comment="Area of the newest fact"),
        sa.Column(
            "observed_at", sa.DateTime(timezone=True), nullable=False, comment="When the newest fact was so"
        ),
        sa.Column("observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC there"),
        sa.Column(
            "facility",
            sa.String(length=40),
            nullable=True,
            comment="Toilet that members usually use (JMP S1)",
        ),
        sa.Column("location", sa.String(length=40), nullable=True, comment="Where it is (JMP S6)"),
        sa.Column("shared", sa.Boolean(), nullable=True, comment="Shared with other households (JMP S4)"),
        sa.Column(
            "shared_households",
            sa.Integer(),
            nullable=True,
            comment="Households that use it, own included; 10 is 10 or more",
        ),
        sa.Column("ever_emptied", sa.Boolean(), nullable=True, comment="Pit or tank ever emptied (JMP S2)"),
        sa.Column(
            "emptied_to", sa.String(length=40), nullable=True, comment="Where the contents went (JMP S3)"
        ),
        sa.Column("photo", sa.String(length=255), nullable=True, comment="Photo of the toilet"),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the newest fact's submission"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_sanitation_current")),
        comment="Sanitation of each household as last known.",
    )
    with op.batch_alter_table("sanitation_current", schema=None) as batch_op:
        batch_op.create_index("ix_sanitation_current_area", ["area_id"], unique=False)

    op.create_table(
        "school_access",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="Row id: seq * 2**20 + position",
        ),
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column(
            "area_id",
            sa.Integer(),
            nullable=True,
            comment="Area, fixed at receipt; null: seen by unscoped roles alone",
        ),
        sa.Column(
            "observed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was so (mapping.md 'When')",
        ),
        sa.Column(
            "observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC where it was seen"
        ),
        sa.Column("children_5_14", sa.Integer(), nullable=True, comment="Children of 5 to 14"),
        sa.Column("attending", sa.Integer(), nullable=True, comment="Of them attending school this year"),
        sa.Column("barrier_distance", sa.Integer(), nullable=True, comment="Kept away by distance"),
        sa.Column("barrier_cost", sa.Integer(), nullable=True, comment="Kept away by cost"),
        sa.Column(
            "barrier_safety", sa.Integer(), nullable=True, comment="Kept away by an unsafe way or school"
        ),
        sa.Column(
            "barrier_no_place", sa.Integer(), nullable=True, comment="Kept away because there is no place"
        ),
        sa.Column(
            "barrier_accessibility",
            sa.Integer(),
            nullable=True,
            comment="Kept away because it is not accessible",
        ),
        sa.Column(
            "barrier_water_toilets",
            sa.Integer(),
            nullable=True,
            comment="Kept away by lack of water or toilets",
        ),
        sa.Column("barrier_work_at_home", sa.Integer(), nullable=True, comment="Kept away by work at home"),
        sa.Column("barrier_illness", sa.Integer(), nullable=True, comment="Kept away by illness"),
        sa.Column("barrier_other", sa.Integer(), nullable=True, comment="Kept away by something else"),
        sa.Column(
            "path",
            sa.Text(),
            nullable=False,
            comment="Where it stands in the submission, positions on repeats from 1",
        ),
        sa.Column(
            "merged_from",
            sa.String(length=36),
            nullable=True,
            comment="Household it was first written for, where that was merged into this",
        ),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the submission that says so"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.Column(
            "form_version_id",
            sa.Integer(),
            nullable=False,
            comment="Form version that asked: form_version_column lists its columns",
        ),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="The ledger's event that wrote it"),
        sa.Column("started", sa.DateTime(timezone=True), nullable=True, comment="The form's start"),
        sa.Column(
            "ended",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="The form's end: decides between equal observed_at, then started",
        ),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), nullable=False, comment="When we came to know it"
        ),
        sa.Column(
            "superseded_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When we stopped believing it; null: it stands",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_access")),
        comment="School access as told at visits.",
    )
    with op.batch_alter_table("school_access", schema=None) as batch_op:
        batch_op.create_index("ix_school_access_area", ["area_id", "id"], unique=False)
        batch_op.create_index("ix_school_access_subject", ["household_id", "observed_at"], unique=False)
        batch_op.create_index("ix_school_access_submission", ["submission_id"], unique=False)

    op.create_table(
        "school_access_current",
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column("area_id", sa.Integer(), nullable=True, comment="Area of the newest fact"),
        sa.Column(
            "observed_at", sa.DateTime(timezone=True), nullable=False, comment="When the newest fact was so"
        ),
        sa.Column("observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC there"),
        sa.Column("children_5_14", sa.Integer(), nullable=True, comment="Children of 5 to 14"),
        sa.Column("attending", sa.Integer(), nullable=True, comment="Of them attending school this year"),
        sa.Column("barrier_distance", sa.Integer(), nullable=True, comment="Kept away by distance"),
        sa.Column("barrier_cost", sa.Integer(), nullable=True, comment="Kept away by cost"),
        sa.Column(
            "barrier_safety", sa.Integer(), nullable=True, comment="Kept away by an unsafe way or school"
        ),
        sa.Column(
            "barrier_no_place", sa.Integer(), nullable=True, comment="Kept away because there is no place"
        ),
        sa.Column(
            "barrier_accessibility",
            sa.Integer(),
            nullable=True,
            comment="Kept away because it is not accessible",
        ),
        sa.Column(
            "barrier_water_toilets",
            sa.Integer(),
            nullable=True,
            comment="Kept away by lack of water or toilets",
        ),
        sa.Column("barrier_work_at_home", sa.Integer(), nullable=True, comment="Kept away by work at home"),
        sa.Column("barrier_illness", sa.Integer(), nullable=True, comment="Kept away by illness"),
        sa.Column("barrier_other", sa.Integer(), nullable=True, comment="Kept away by something else"),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the newest fact's submission"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_school_access_current")),
        comment="School access of each household as last known.",
    )
    with op.batch_alter_table("school_access_current", schema=None) as batch_op:
        batch_op.create_index("ix_school_access_current_area", ["area_id"], unique=False)

    op.create_table(
        "schooling",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="Row id: seq * 2**20 + position",
        ),
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column(
            "area_id",
            sa.Integer(),
            nullable=True,
            comment="Area, fixed at receipt; null: seen by unscoped roles alone",
        ),
        sa.Column(
            "observed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was so (mapping.md 'When')",
        ),
        sa.Column(
            "observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC where it was seen"
        ),
        sa.Column(
            "someone_six_years",
            sa.String(length=40),
            nullable=True,
            comment="Somebody of 15 or older has six years of school",
        ),
        sa.Column(
            "path",
            sa.Text(),
            nullable=False,
            comment="Where it stands in the submission, positions on repeats from 1",
        ),
        sa.Column(
            "merged_from",
            sa.String(length=36),
            nullable=True,
            comment="Household it was first written for, where that was merged into this",
        ),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the submission that says so"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.Column(
            "form_version_id",
            sa.Integer(),
            nullable=False,
            comment="Form version that asked: form_version_column lists its columns",
        ),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="The ledger's event that wrote it"),
        sa.Column("started", sa.DateTime(timezone=True), nullable=True, comment="The form's start"),
        sa.Column(
            "ended",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="The form's end: decides between equal observed_at, then started",
        ),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), nullable=False, comment="When we came to know it"
        ),
        sa.Column(
            "superseded_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When we stopped believing it; null: it stands",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schooling")),
        comment="Schooling as told at visits.",
    )
    with op.batch_alter_table("schooling", schema=None) as batch_op:
        batch_op.create_index("ix_schooling_area", ["area_id", "id"], unique=False)
        batch_op.create_index("ix_schooling_subject", ["household_id", "observed_at"], unique=False)
        batch_op.create_index("ix_schooling_submission", ["submission_id"], unique=False)

    op.create_table(
        "schooling_current",
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column("area_id", sa.Integer(), nullable=True, comment="Area of the newest fact"),
        sa.Column(
            "observed_at", sa.DateTime(timezone=True), nullable=False, comment="When the newest fact was so"
        ),
        sa.Column("observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC there"),
        sa.Column(
            "someone_six_years",
            sa.String(length=40),
            nullable=True,
            comment="Somebody of 15 or older has six years of school",
        ),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the newest fact's submission"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_schooling_current")),
        comment="Schooling of each household as last known.",
    )
    with op.batch_alter_table("schooling_current", schema=None) as batch_op:
        batch_op.create_index("ix_schooling_current_area", ["area_id"], unique=False)

    op.create_table(
        "serial",
        sa.Column("prefix", sa.Text(), nullable=False, comment="Prefix, as A1-014-F or X"),
        sa.Column("last", sa.BigInteger(), nullable=False, comment="Last serial given"),
        sa.PrimaryKeyConstraint("prefix", name=op.f("pk_serial")),
        comment="Serials of codes that no area counts; never given again.",
    )
    op.create_table(
        "shock",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="Row id: seq * 2**20 + position",
        ),
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column(
            "area_id",
            sa.Integer(),
            nullable=True,
            comment="Area, fixed at receipt; null: seen by unscoped roles alone",
        ),
        sa.Column(
            "observed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was so (mapping.md 'When')",
        ),
        sa.Column(
            "observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC where it was seen"
        ),
        sa.Column("kind", sa.String(length=40), nullable=True, comment="What happened"),
        sa.Column("effect", sa.String(length=40), nullable=True, comment="How much it hit the household"),
        sa.Column("coping", sa.Text(), nullable=True, comment="What it did"),
        sa.Column(
            "path",
            sa.Text(),
            nullable=False,
            comment="Where it stands in the submission, positions on repeats from 1",
        ),
        sa.Column(
            "merged_from",
            sa.String(length=36),
            nullable=True,
            comment="Household it was first written for, where that was merged into this",
        ),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the submission that says so"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.Column(
            "form_version_id",
            sa.Integer(),
            nullable=False,
            comment="Form version that asked: form_version_column lists its columns",
        ),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="The ledger's event that wrote it"),
        sa.Column("started", sa.DateTime(timezone=True), nullable=True, comment="The form's start"),
        sa.Column(
            "ended",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="The form's end: decides between equal observed_at, then started",
        ),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), nullable=False, comment="When we came to know it"
        ),
        sa.Column(
            "superseded_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When we stopped believing it; null: it stands",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shock")),
        comment="Shocks as told at visits, a row each.",
    )
    with op.batch_alter_table("shock", schema=None) as batch_op:
        batch_op.create_index("ix_shock_area", ["area_id", "id"], unique=False)
        batch_op.create_index("ix_shock_subject", ["household_id", "observed_at"], unique=False)
        batch_op.create_index("ix_shock_submission", ["submission_id"], unique=False)

    op.create_table(
        "shock_current",
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("position", sa.Integer(), nullable=False, comment="Place among the rows, from 1"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column("area_id", sa.Integer(), nullable=True, comment="Area of the newest fact"),
        sa.Column(
            "observed_at", sa.DateTime(timezone=True), nullable=False, comment="When the newest fact was so"
        ),
        sa.Column("observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC there"),
        sa.Column("kind", sa.String(length=40), nullable=True, comment="What happened"),
        sa.Column("effect", sa.String(length=40), nullable=True, comment="How much it hit the household"),
        sa.Column("coping", sa.Text(), nullable=True, comment="What it did"),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the newest fact's submission"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.PrimaryKeyConstraint("household_id", "position", name=op.f("pk_shock_current")),
        comment="Shocks told at the newest visit that asked.",
    )
    with op.batch_alter_table("shock_current", schema=None) as batch_op:
        batch_op.create_index("ix_shock_current_area", ["area_id"], unique=False)

    op.create_table(
        "spending",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="Row id: seq * 2**20 + position",
        ),
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column(
            "area_id",
            sa.Integer(),
            nullable=True,
            comment="Area, fixed at receipt; null: seen by unscoped roles alone",
        ),
        sa.Column(
            "observed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was so (mapping.md 'When')",
        ),
        sa.Column(
            "observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC where it was seen"
        ),
        sa.Column("food", sa.Float(), nullable=True, comment="Food, own produce valued"),
        sa.Column("health", sa.Float(), nullable=True, comment="Care, medicine, transport to it"),
        sa.Column("schooling", sa.Float(), nullable=True, comment="Schooling"),
        sa.Column("fuel_water", sa.Float(), nullable=True, comment="Fuel and water"),
        sa.Column("rent", sa.Float(), nullable=True, comment="Rent"),
        sa.Column("debt", sa.Float(), nullable=True, comment="Debt paid"),
        sa.Column("other", sa.Float(), nullable=True, comment="Other"),
        sa.Column(
            "path",
            sa.Text(),
            nullable=False,
            comment="Where it stands in the submission, positions on repeats from 1",
        ),
        sa.Column(
            "merged_from",
            sa.String(length=36),
            nullable=True,
            comment="Household it was first written for, where that was merged into this",
        ),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the submission that says so"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.Column(
            "form_version_id",
            sa.Integer(),
            nullable=False,
            comment="Form version that asked: form_version_column lists its columns",
        ),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="The ledger's event that wrote it"),
        sa.Column("started", sa.DateTime(timezone=True), nullable=True, comment="The form's start"),
        sa.Column(
            "ended",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="The form's end: decides between equal observed_at, then started",
        ),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), nullable=False, comment="When we came to know it"
        ),
        sa.Column(
            "superseded_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When we stopped believing it; null: it stands",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spending")),
        comment="Spending as told at visits (bases of SDG 3.8.2 and WFP's food expenditure share).",
    )
    with op.batch_alter_table("spending", schema=None) as batch_op:
        batch_op.create_index("ix_spending_area", ["area_id", "id"], unique=False)
        batch_op.create_index("ix_spending_subject", ["household_id", "observed_at"], unique=False)
        batch_op.create_index("ix_spending_submission", ["submission_id"], unique=False)

    op.create_table(
        "spending_current",
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column("area_id", sa.Integer(), nullable=True, comment="Area of the newest fact"),
        sa.Column(
            "observed_at", sa.DateTime(timezone=True), nullable=False, comment="When the newest fact was so"
        ),
        sa.Column("observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC there"),
        sa.Column("food", sa.Float(), nullable=True, comment="Food, own produce valued"),
        sa.Column("health", sa.Float(), nullable=True, comment="Care, medicine, transport to it"),
        sa.Column("schooling", sa.Float(), nullable=True, comment="Schooling"),
        sa.Column("fuel_water", sa.Float(), nullable=True, comment="Fuel and water"),
        sa.Column("rent", sa.Float(), nullable=True, comment="Rent"),
        sa.Column("debt", sa.Float(), nullable=True, comment="Debt paid"),
        sa.Column("other", sa.Float(), nullable=True, comment="Other"),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the newest fact's submission"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_spending_current")),
        comment="Spending of each household as last told.",
    )
    with op.batch_alter_table("spending_current", schema=None) as batch_op:
        batch_op.create_index("ix_spending_current_area", ["area_id"], unique=False)

    op.create_table(
        "visit",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="Row id: seq * 2**20 + position",
        ),
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column(
            "area_id",
            sa.Integer(),
            nullable=True,
            comment="Area, fixed at receipt; null: seen by unscoped roles alone",
        ),
        sa.Column(
            "observed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was so (mapping.md 'When')",
        ),
        sa.Column(
            "observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC where it was seen"
        ),
        sa.Column(
            "outcome",
            sa.String(length=40),
            nullable=True,
            comment="How the visit ended; a refusal is a complete, valid visit",
        ),
        sa.Column("point", sa.LargeBinary(), nullable=True, comment="Where the visit was made"),
        sa.Column("point_lat", sa.Float(), nullable=True, comment="Latitude of the visit, rounded to 0.01"),
        sa.Column("point_lon", sa.Float(), nullable=True, comment="Longitude of the visit, rounded to 0.01"),
        sa.Column("round", sa.Text(), nullable=True, comment="Round that it belongs to"),
        sa.Column("form", sa.String(length=255), nullable=True, comment="Form id"),
        sa.Column("version", sa.String(length=255), nullable=True, comment="The form's version"),
        sa.Column(
            "distance", sa.Integer(), nullable=True, comment="From the dwelling as it was known at receipt"
        ),
        sa.Column("phone", sa.Integer(), nullable=True, comment="Actor whose phone sent it"),
        sa.Column(
            "path",
            sa.Text(),
            nullable=False,
            comment="Where it stands in the submission, positions on repeats from 1",
        ),
        sa.Column(
            "merged_from",
            sa.String(length=36),
            nullable=True,
            comment="Household it was first written for, where that was merged into this",
        ),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the submission that says so"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.Column(
            "form_version_id",
            sa.Integer(),
            nullable=False,
            comment="Form version that asked: form_version_column lists its columns",
        ),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="The ledger's event that wrote it"),
        sa.Column("started", sa.DateTime(timezone=True), nullable=True, comment="The form's start"),
        sa.Column(
            "ended",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="The form's end: decides between equal observed_at, then started",
        ),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), nullable=False, comment="When we came to know it"
        ),
        sa.Column(
            "superseded_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When we stopped believing it; null: it stands",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        comment="Visits to households.",
    )
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.create_index("ix_visit_area", ["area_id", "id"], unique=False)
        batch_op.create_index("ix_visit_subject", ["household_id", "observed_at"], unique=False)
        batch_op.create_index("ix_visit_submission", ["submission_id"], unique=False)

    op.create_table(
        "visit_current",
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column("area_id", sa.Integer(), nullable=True, comment="Area of the newest fact"),
        sa.Column(
            "observed_at", sa.DateTime(timezone=True), nullable=False, comment="When the newest fact was so"
        ),
        sa.Column("observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC there"),
        sa.Column(
            "outcome",
            sa.String(length=40),
            nullable=True,
            comment="How the visit ended; a refusal is a complete, valid visit",
        ),
        sa.Column("point", sa.LargeBinary(), nullable=True, comment="Where the visit was made"),
        sa.Column("point_lat", sa.Float(), nullable=True, comment="Latitude of the visit, rounded to 0.01"),
        sa.Column("point_lon", sa.Float(), nullable=True, comment="Longitude of the visit, rounded to 0.01"),
        sa.Column("round", sa.Text(), nullable=True, comment="Round that it belongs to"),
        sa.Column("form", sa.String(length=255), nullable=True, comment="Form id"),
        sa.Column("version", sa.String(length=255), nullable=True, comment="The form's version"),
        sa.Column(
            "distance", sa.Integer(), nullable=True, comment="From the dwelling as it was known at receipt"
        ),
        sa.Column("phone", sa.Integer(), nullable=True, comment="Actor whose phone sent it"),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the newest fact's submission"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_visit_current")),
        comment="The newest visit of each household.",
    )
    with op.batch_alter_table("visit_current", schema=None) as batch_op:
        batch_op.create_index("ix_visit_current_area", ["area_id"], unique=False)

    op.create_table(
        "waste",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="Row id: seq * 2**20 + position",
        ),
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column(
            "area_id",
            sa.Integer(),
            nullable=True,
            comment="Area, fixed at receipt; null: seen by unscoped roles alone",
        ),
        sa.Column(
            "observed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was so (mapping.md 'When')",
        ),
        sa.Column(
            "observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC where it was seen"
        ),
        sa.Column(
            "collection",
            sa.String(length=40),
            nullable=True,
            comment="What mostly happens to household waste",
        ),
        sa.Column(
            "path",
            sa.Text(),
            nullable=False,
            comment="Where it stands in the submission, positions on repeats from 1",
        ),
        sa.Column(
            "merged_from",
            sa.String(length=36),
            nullable=True,
            comment="Household it was first written for, where that was merged into this",
        ),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the submission that says so"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.Column(
            "form_version_id",
            sa.Integer(),
            nullable=False,
            comment="Form version that asked: form_version_column lists its columns",
        ),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="The ledger's event that wrote it"),
        sa.Column("started", sa.DateTime(timezone=True), nullable=True, comment="The form's start"),
        sa.Column(
            "ended",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="The form's end: decides between equal observed_at, then started",
        ),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), nullable=False, comment="When we came to know it"
        ),
        sa.Column(
            "superseded_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When we stopped believing it; null: it stands",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waste")),
        comment="Household waste as told at visits.",
    )
    with op.batch_alter_table("waste", schema=None) as batch_op:
        batch_op.create_index("ix_waste_area", ["area_id", "id"], unique=False)
        batch_op.create_index("ix_waste_subject", ["household_id", "observed_at"], unique=False)
        batch_op.create_index("ix_waste_submission", ["submission_id"], unique=False)

    op.create_table(
        "waste_current",
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column("area_id", sa.Integer(), nullable=True, comment="Area of the newest fact"),
        sa.Column(
            "observed_at", sa.DateTime(timezone=True), nullable=False, comment="When the newest fact was so"
        ),
        sa.Column("observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC there"),
        sa.Column(
            "collection",
            sa.String(length=40),
            nullable=True,
            comment="What mostly happens to household waste",
        ),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the newest fact's submission"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_waste_current")),
        comment="Household waste as last told.",
    )
    with op.batch_alter_table("waste_current", schema=None) as batch_op:
        batch_op.create_index("ix_waste_current_area", ["area_id"], unique=False)

    op.create_table(
        "water",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="Row id: seq * 2**20 + position",
        ),
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column(
            "area_id",
            sa.Integer(),
            nullable=True,
            comment="Area, fixed at receipt; null: seen by unscoped roles alone",
        ),
        sa.Column(
            "observed_at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="When it was so (mapping.md 'When')",
        ),
        sa.Column(
            "observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC where it was seen"
        ),
        sa.Column(
            "source", sa.String(length=40), nullable=True, comment="Main source of drinking water (JMP W1)"
        ),
        sa.Column("location", sa.String(length=40), nullable=True, comment="Where that source is (JMP W3)"),
        sa.Column(
            "round_trip",
            sa.Integer(),
            nullable=True,
            comment="There and back, queuing included (JMP W4); not asked on premises",
        ),
        sa.Column(
            "sufficient",
            sa.Boolean(),
            nullable=True,
            comment="Enough whenever it was needed in the last month (JMP W5, turned round)",
        ),
        sa.Column("treatment", sa.Text(), nullable=True, comment="What is done to make it safer to drink"),
        sa.Column("ecoli", sa.Integer(), nullable=True, comment="E. coli found in the water drunk"),
        sa.Column("photo", sa.String(length=255), nullable=True, comment="Photo of the source"),
        sa.Column(
            "path",
            sa.Text(),
            nullable=False,
            comment="Where it stands in the submission, positions on repeats from 1",
        ),
        sa.Column(
            "merged_from",
            sa.String(length=36),
            nullable=True,
            comment="Household it was first written for, where that was merged into this",
        ),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the submission that says so"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.Column(
            "form_version_id",
            sa.Integer(),
            nullable=False,
            comment="Form version that asked: form_version_column lists its columns",
        ),
        sa.Column("seq", sa.BigInteger(), nullable=False, comment="The ledger's event that wrote it"),
        sa.Column("started", sa.DateTime(timezone=True), nullable=True, comment="The form's start"),
        sa.Column(
            "ended",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="The form's end: decides between equal observed_at, then started",
        ),
        sa.Column(
            "recorded_at", sa.DateTime(timezone=True), nullable=False, comment="When we came to know it"
        ),
        sa.Column(
            "superseded_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When we stopped believing it; null: it stands",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_water")),
        comment="Drinking water as found at visits (WHO/UNICEF JMP).",
    )
    with op.batch_alter_table("water", schema=None) as batch_op:
        batch_op.create_index("ix_water_area", ["area_id", "id"], unique=False)
        batch_op.create_index("ix_water_subject", ["household_id", "observed_at"], unique=False)
        batch_op.create_index("ix_water_submission", ["submission_id"], unique=False)

    op.create_table(
        "water_current",
        sa.Column("household_id", sa.String(length=36), nullable=False, comment="Household (household.uuid)"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column("area_id", sa.Integer(), nullable=True, comment="Area of the newest fact"),
        sa.Column(
            "observed_at", sa.DateTime(timezone=True), nullable=False, comment="When the newest fact was so"
        ),
        sa.Column("observed_offset", sa.Integer(), nullable=False, comment="Offset from UTC there"),
        sa.Column(
            "source", sa.String(length=40), nullable=True, comment="Main source of drinking water (JMP W1)"
        ),
        sa.Column("location", sa.String(length=40), nullable=True, comment="Where that source is (JMP W3)"),
        sa.Column(
            "round_trip",
            sa.Integer(),
            nullable=True,
            comment="There and back, queuing included (JMP W4); not asked on premises",
        ),
        sa.Column(
            "sufficient",
            sa.Boolean(),
            nullable=True,
            comment="Enough whenever it was needed in the last month (JMP W5, turned round)",
        ),
        sa.Column("treatment", sa.Text(), nullable=True, comment="What is done to make it safer to drink"),
        sa.Column("ecoli", sa.Integer(), nullable=True, comment="E. coli found in the water drunk"),
        sa.Column("photo", sa.String(length=255), nullable=True, comment="Photo of the source"),
        sa.Column(
            "submission", sa.Text(), nullable=False, comment="instanceID of the newest fact's submission"
        ),
        sa.Column("submission_id", sa.BigInteger(), nullable=False, comment="That submission"),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_water_current")),
        comment="Drinking water of each household as last known.",
    )
    with op.batch_alter_table("water_current", schema=None) as batch_op:
        batch_op.create_index("ix_water_current_area", ["area_id"], unique=False)

    op.create_table(
        "actor_area",
        sa.Column("actor_id", sa.Integer(), nullable=False, comment="Actor"),
        sa.Column("area_id", sa.Integer(), nullable=False, comment="Area"),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_actor_area_actor_id")),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_actor_area_area_id")),
        sa.PrimaryKeyConstraint("actor_id", "area_id", name=op.f("pk_actor_area")),
        comment="Which areas an actor sees; none: all of the project.",
    )
    op.create_table(
        "dataset",
        sa.Column("id", sa.Integer(), nullable=False, comment="Dataset id"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column("name", sa.String(length=255), nullable=False, comment="Name: <name>.csv on phones"),
        sa.Column(
            "approval_required",
            sa.Boolean(),
            nullable=False,
            comment="Entities wait for the submission's approval",
        ),
        sa.Column("owner_only", sa.Boolean(), nullable=False, comment="Each sees what it made alone"),
        sa.Column(
            "generation",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Raised in the transaction of every change",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="When it was made"),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True, comment="In the bin since"),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_dataset_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dataset")),
        comment="Entity lists.",
    )
    with op.batch_alter_table("dataset", schema=None) as batch_op:
        batch_op.create_index("ix_dataset_project", ["project_id", "name"], unique=False)

    op.create_table(
        "form",
        sa.Column("id", sa.Integer(), nullable=False, comment="Form id"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column(
            "xml_form_id", sa.String(length=255), nullable=False, comment="The form_id of its spreadsheet"
        ),
        sa.Column(
            "state",
            sa.String(length=8),
            nullable=False,
            comment="open, closing (takes what was begun), closed",
        ),
        sa.Column("current_version_id", sa.Integer(), nullable=True, comment="Version that phones get"),
        sa.Column("draft_version_id", sa.Integer(), nullable=True, comment="The draft, where there is one"),
        sa.Column(
            "draft_token_mac",
            sa.LargeBinary(length=32),
            nullable=True,
            comment="HMAC of the draft's test token",
        ),
        sa.Column(
            "draft_token_sealed", sa.LargeBinary(), nullable=True, comment="The draft's test token, encrypted"
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="When it was made"),
        sa.Column(
            "updated_at", sa.DateTime(timezone=True), nullable=True, comment="When it was last changed"
        ),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True, comment="In the bin since"),
        sa.Column("created_by", sa.Integer(), nullable=True, comment="Who made it"),
        sa.ForeignKeyConstraint(["created_by"], ["actor.id"], name=op.f("fk_form_created_by")),
        sa.ForeignKeyConstraint(
            ["current_version_id"],
            ["form_version.id"],
            name=op.f("fk_form_current_version_id"),
            use_alter=True,
        ),
        sa.ForeignKeyConstraint(
            ["draft_version_id"], ["form_version.id"], name=op.f("fk_form_draft_version_id"), use_alter=True
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_form_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form")),
        sa.UniqueConstraint("draft_token_mac", name=op.f("uq_form_draft_token_mac")),
        comment="Forms.",
    )
    with op.batch_alter_table("form", schema=None) as batch_op:
        batch_op.create_index("ix_form_project", ["project_id", "xml_form_id"], unique=False)

    op.create_table(
        "grant_verb",
        sa.Column("actor_id", sa.Integer(), nullable=False, comment="Actor"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column("verb", sa.String(length=40), nullable=False, comment="Verb"),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_grant_verb_actor_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_grant_verb_project_id")),
        sa.PrimaryKeyConstraint("actor_id", "project_id", "verb", name=op.f("pk_grant_verb")),
        comment="Single verbs given beside roles.",
    )
    op.create_table(
        "one_time_link",
        sa.Column("token_mac", sa.LargeBinary(length=32), nullable=False, comment="HMAC of the token"),
        sa.Column("purpose", sa.String(length=16), nullable=False, comment="setup or reset"),
        sa.Column("actor_id", sa.Integer(), nullable=True, comment="Whose password"),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False, comment="Until when it works"),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_one_time_link_actor_id")),
        sa.PrimaryKeyConstraint("token_mac", name=op.f("pk_one_time_link")),
        comment="Set-up and reset links; each works once.",
    )
    op.create_table(
        "phone",
        sa.Column("actor_id", sa.Integer(), nullable=False, comment="Actor"),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column("token_mac", sa.LargeBinary(length=32), nullable=False, comment="HMAC of the token"),
        sa.Column(
            "token_sealed", sa.LargeBinary(), nullable=True, comment="The token, encrypted; null once revoked"
        ),
        sa.Column(
            "language",
            sa.String(length=8),
            nullable=False,
            comment="Language of its enumerator, set by its QR code",
        ),
        sa.Column("new_forms", sa.Boolean(), nullable=False, comment="Sees forms published later too"),
        sa.Column(
            "revoked_at", sa.DateTime(timezone=True), nullable=True, comment="When its access was withdrawn"
        ),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True, comment="Last request"),
        sa.Column("created_by", sa.Integer(), nullable=True, comment="Who made it"),
        sa.Column("properties", sa.Text(), nullable=False, comment="Central's actor properties"),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_phone_actor_id")),
        sa.ForeignKeyConstraint(["created_by"], ["actor.id"], name=op.f("fk_phone_created_by")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_phone_project_id")),
        sa.PrimaryKeyConstraint("actor_id", name=op.f("pk_phone")),
        sa.UniqueConstraint("token_mac", name=op.f("uq_phone_token_mac")),
        comment="Phones (app users).",
    )
    with op.batch_alter_table("phone", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_phone_project_id"), ["project_id"], unique=False)

    op.create_table(
        "photo",
        sa.Column(
            "blob_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, comment="Blob"
        ),
        sa.Column("width", sa.Integer(), nullable=True, comment="Width as shown"),
        sa.Column("height", sa.Integer(), nullable=True, comment="Height as shown"),
        sa.Column(
            "taken_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="EXIF time, in the project's zone where it carries none",
        ),
        sa.Column(
            "position",
            sa.LargeBinary(),
            nullable=True,
            comment="EXIF position, encrypted JSON [lat, lon, accuracy]",
        ),
        sa.Column("phash", sa.String(length=16), nullable=True, comment="Perceptual hash, 16 hex digits"),
        sa.Column(
            "colour",
            sa.String(length=7),
            nullable=True,
            comment="Mean colour, #rrggbb: shown while the picture loads",
        ),
        sa.Column("thumb", sa.String(length=64), nullable=True, comment="Blob name of the 320 px WebP"),
        sa.Column("screen", sa.String(length=64), nullable=True, comment="Blob name of the 1,280 px WebP"),
        sa.Column(
            "trouble", sa.String(length=40), nullable=True, comment="Why it cannot be shown, where it cannot"
        ),
        sa.ForeignKeyConstraint(["blob_id"], ["blob.id"], name=op.f("fk_photo_blob_id")),
        sa.PrimaryKeyConstraint("blob_id", name=op.f("pk_photo")),
        comment="What was read from pictures.",
    )
    with op.batch_alter_table("photo", schema=None) as batch_op:
        batch_op.create_index("ix_photo_hash", ["phash"], unique=False)

    op.create_table(
        "sign_in",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
            comment="Session id",
        ),
        sa.Column("token_mac", sa.LargeBinary(length=32), nullable=False, comment="HMAC of the token"),
        sa.Column("actor_id", sa.Integer(), nullable=False, comment="Whose"),
        sa.Column("csrf", sa.String(length=64), nullable=False, comment="Token that forms of pages carry"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="Since when"),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False, comment="Until when"),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_sign_in_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("token_mac", name=op.f("uq_sign_in_token_mac")),
        comment="Sessions that are open.",
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_sign_in_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "web_user",
        sa.Column("actor_id", sa.Integer(), nullable=False, comment="Actor"),
        sa.Column("email", sa.String(length=320), nullable=False, comment="E-mail address, lower case"),
        sa.Column("password_hash", sa.Text(), nullable=True, comment="argon2id; null: no password set yet"),
        sa.Column("language", sa.String(length=8), nullable=True, comment="Language of pages: en, zh, ar"),
        sa.Column("last_login_at", sa.DateTime(timezone=True), nullable=True, comment="Last sign-in"),
        sa.Column(
            "preferences",
            sa.Text(),
            nullable=False,
            comment="Central's user preferences: site and by project",
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_web_user_actor_id")),
        sa.PrimaryKeyConstraint("actor_id", name=op.f("pk_web_user")),
        sa.UniqueConstraint("email", name=op.f("uq_web_user_email")),
        comment="People who sign in.",
    )
    op.create_table(
        "assignment",
        sa.Column("id", sa.Integer(), nullable=False, comment="Assignment id"),
        sa.Column("actor_id", sa.Integer(), nullable=False, comment="Actor"),
        sa.Column(
            "role",
            sa.String(length=16),
            nullable=False,
            comment="Role's system name: admin, manager, viewer, formfill, app-user, supervisor, designer",
        ),
        sa.Column("project_id", sa.Integer(), nullable=True, comment="Project; null: everywhere"),
        sa.Column("form_id", sa.Integer(), nullable=True, comment="One form of the project; null: all"),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_assignment_actor_id")),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_assignment_form_id")),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_assignment_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint(
            "actor_id",
            "role",
            "project_id",
            "form_id",
            name=op.f("uq_assignment_actor_id_role_project_id_form_id"),
        ),
        comment="Who may do what where.",
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignment_actor_id"), ["actor_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_form_id"), ["form_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_project_id"), ["project_id"], unique=False)

    op.create_table(
        "dataset_property",
        sa.Column("id", sa.Integer(), nullable=False, comment="Id"),
        sa.Column("dataset_id", sa.Integer(), nullable=False, comment="Dataset"),
        sa.Column("name", sa.String(length=255), nullable=False, comment="Name"),
        sa.Column(
            "protected",
            sa.Boolean(),
            nullable=False,
            comment="A point or protected answer: encrypted, rounded or left out for phones",
        ),
        sa.Column(
            "point",
            sa.Boolean(),
            nullable=False,
            comment="Always a point: where protected, phones get it rounded",
        ),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), nullable=False, comment="When a form first published it"
        ),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_dataset_property_dataset_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dataset_property")),
        sa.UniqueConstraint("dataset_id", "name", name=op.f("uq_dataset_property_dataset_id_name")),
        comment="Properties of entity lists.",
    )
    op.create_table(
        "entity",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
            comment="Order of creation",
        ),
        sa.Column("dataset_id", sa.Integer(), nullable=False, comment="Dataset"),
        sa.Column(
            "uuid",
            sa.String(length=36),
            nullable=False,
            comment="Its UUID (version 4), shared with household or facility",
        ),
        sa.Column("area_id", sa.Integer(), nullable=True, comment="Area: phones get those of their areas"),
        sa.Column("creator_id", sa.Integer(), nullable=True, comment="Who made it"),
        sa.Column("version", sa.Integer(), nullable=False, comment="Current version number"),
        sa.Column("label", sa.Text(), nullable=False, comment="Label of the current version"),
        sa.Column(
            "data",
            sa.Text(),
            nullable=False,
            comment="Properties of the current version, protected ones left out",
        ),
        sa.Column(
            "protected", sa.LargeBinary(), nullable=True, comment="Protected properties: encrypted JSON"
        ),
        sa.Column("conflict", sa.String(length=4), nullable=True, comment="soft, hard; null: none open"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="When it was made"),
        sa.Column(
            "updated_at", sa.DateTime(timezone=True), nullable=True, comment="When it was last changed"
        ),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True, comment="Off the lists since"),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_entity_area_id")),
        sa.ForeignKeyConstraint(["creator_id"], ["actor.id"], name=op.f("fk_entity_creator_id")),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_entity_dataset_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entity")),
        sa.UniqueConstraint("dataset_id", "uuid", name=op.f("uq_entity_dataset_id_uuid")),
        comment="Entities.",
    )
    with op.batch_alter_table("entity", schema=None) as batch_op:
        batch_op.create_index("ix_entity_area", ["dataset_id", "area_id", "id"], unique=False)

    op.create_table(
        "entity_backlog",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
            comment="Order of arrival",
        ),
        sa.Column("dataset_id", sa.Integer(), nullable=False, comment="Dataset"),
        sa.Column("entity_uuid", sa.String(length=36), nullable=False, comment="Entity"),
        sa.Column("branch_id", sa.String(length=36), nullable=False, comment="Offline chain"),
        sa.Column("branch_base_version", sa.Integer(), nullable=False, comment="The version it waits for"),
        sa.Column(
            "submission_version_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Submission version that holds it",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="Since when it waits"),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_entity_backlog_dataset_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entity_backlog")),
        comment="Entity updates that wait.",
    )
    with op.batch_alter_table("entity_backlog", schema=None) as batch_op:
        batch_op.create_index("ix_entity_backlog_branch", ["branch_id", "branch_base_version"], unique=False)

    op.create_table(
        "form_count",
        sa.Column("form_id", sa.Integer(), nullable=False, comment="Form"),
        sa.Column("draft", sa.Boolean(), nullable=False, comment="Sent to the draft"),
        sa.Column("received", sa.Integer(), nullable=False, comment="Not yet seen"),
        sa.Column("has_issues", sa.Integer(), nullable=False, comment="With issues"),
        sa.Column("edited", sa.Integer(), nullable=False, comment="Edited"),
        sa.Column("approved", sa.Integer(), nullable=False, comment="Approved"),
        sa.Column("rejected", sa.Integer(), nullable=False, comment="Rejected"),
        sa.Column("held", sa.Integer(), nullable=False, comment="Held back by a blocking finding"),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True, comment="When the last one came"),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_form_count_form_id")),
        sa.PrimaryKeyConstraint("form_id", "draft", name=op.f("pk_form_count")),
        comment="Counts of submissions by form, kept, not counted.",
    )
    op.create_table(
        "form_version",
        sa.Column("id", sa.Integer(), nullable=False, comment="Version id"),
        sa.Column("form_id", sa.Integer(), nullable=False, comment="Form"),
        sa.Column(
            "version",
            sa.String(length=255),
            nullable=False,
            comment="The version of its settings sheet; may be empty",
        ),
        sa.Column("title", sa.String(length=500), nullable=False, comment="The form's name"),
        sa.Column("xml", sa.LargeBinary(), nullable=True, comment="The XForm, exactly as phones get it"),
        sa.Column(
            "md5",
            sa.String(length=32),
            nullable=False,
            comment="MD5 of `xml`, hex: what the form list carries",
        ),
        sa.Column("sheet", sa.LargeBinary(), nullable=True, comment="The spreadsheet as uploaded"),
        sa.Column("sheet_type", sa.String(length=120), nullable=True, comment="Its media type"),
        sa.Column(
            "mapping",
            sa.Text(),
            nullable=True,
            comment="The compiled mapping (forms/mapping.py); null: writes to no table",
        ),
        sa.Column(
            "protected", sa.Text(), nullable=False, comment="Paths of protected answers (without positions)"
        ),
        sa.Column(
            "household_form",
            sa.Boolean(),
            nullable=False,
            comment="Writes to a household: points and metadata are protected",
        ),
        sa.Column("entity_related", sa.Boolean(), nullable=False, comment="Creates or updates entities"),
        sa.Column("notices", sa.Text(), nullable=False, comment="Warnings at upload, as shown"),
        sa.Column("has_media", sa.Boolean(), nullable=False, comment="Expects attachments: has a manifest"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="When it was uploaded"),
        sa.Column("created_by", sa.Integer(), nullable=True, comment="Who uploaded it"),
        sa.Column(
            "published_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was published; null: draft",
        ),
        sa.Column("published_by", sa.Integer(), nullable=True, comment="Who published it"),
        sa.Column("publish_notes", sa.Text(), nullable=True, comment="What was said at publishing"),
        sa.ForeignKeyConstraint(["created_by"], ["actor.id"], name=op.f("fk_form_version_created_by")),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_form_version_form_id")),
        sa.ForeignKeyConstraint(["published_by"], ["actor.id"], name=op.f("fk_form_version_published_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_version")),
        comment="Versions of forms; published bytes never change.",
    )
    with op.batch_alter_table("form_version", schema=None) as batch_op:
        batch_op.create_index("ix_form_version_form", ["form_id", "version"], unique=False)

    op.create_table(
        "list_copy",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
            comment="Id",
        ),
        sa.Column("dataset_id", sa.Integer(), nullable=False, comment="Dataset"),
        sa.Column(
            "scope",
            sa.String(length=200),
            nullable=False,
            comment="Whose view: area ids of the phone, or all",
        ),
        sa.Column(
            "generation",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Generation of the dataset",
        ),
        sa.Column("md5", sa.String(length=32), nullable=False, comment="MD5 of the CSV, hex"),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="The CSV, encrypted"),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False, comment="When it was made"),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_list_copy_dataset_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_copy")),
        sa.UniqueConstraint(
            "dataset_id", "scope", "generation", name=op.f("uq_list_copy_dataset_id_scope_generation")
        ),
        comment="Entity lists as phones get them.",
    )
    op.create_table(
        "dataset_form",
        sa.Column("dataset_id", sa.Integer(), nullable=False, comment="Dataset"),
        sa.Column("form_version_id", sa.Integer(), nullable=False, comment="Form version"),
        sa.Column("properties", sa.Text(), nullable=False, comment="Properties it writes"),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_dataset_form_dataset_id")),
        sa.ForeignKeyConstraint(
            ["form_version_id"], ["form_version.id"], name=op.f("fk_dataset_form_form_version_id")
        ),
        sa.PrimaryKeyConstraint("dataset_id", "form_version_id", name=op.f("pk_dataset_form")),
        comment="Forms that write to entity lists.",
    )
    op.create_table(
        "entity_version",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
            comment="Order of writing",
        ),
        sa.Column(
            "entity_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Entity",
        ),
        sa.Column("version", sa.Integer(), nullable=False, comment="Version number, from 1"),
        sa.Column("label", sa.Text(), nullable=False, comment="Label"),
        sa.Column("data", sa.Text(), nullable=False, comment="Properties, protected ones left out"),
        sa.Column(
            "protected", sa.LargeBinary(), nullable=True, comment="Protected properties: encrypted JSON"
        ),
        sa.Column(
            "received",
            sa.Text(),
            nullable=False,
            comment="Which properties (and label) this version's source gave",
        ),
        sa.Column(
            "origin",
            sa.String(length=12),
            nullable=False,
            comment="submission, api, derived (the server itself: no conflict, no branch)",
        ),
        sa.Column("base_version", sa.Integer(), nullable=True, comment="Version it was made from"),
        sa.Column(
            "trunk_version",
            sa.Integer(),
            nullable=True,
            comment="Server version that an offline chain grew from",
        ),
        sa.Column("branch_id", sa.String(length=36), nullable=True, comment="Name of the offline chain"),
        sa.Column("branch_base_version", sa.Integer(), nullable=True, comment="Predecessor within the chain"),
        sa.Column("conflict", sa.String(length=4), nullable=True, comment="soft, hard"),
        sa.Column("conflicting", sa.Text(), nullable=False, comment="Properties in conflict"),
        sa.Column(
            "submission_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="Submission that caused it",
        ),
        sa.Column(
            "submission_version_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="And its version",
        ),
        sa.Column("creator_id", sa.Integer(), nullable=True, comment="Who caused it"),
        sa.Column("user_agent", sa.String(length=255), nullable=True, comment="User-Agent that came"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="When"),
        sa.ForeignKeyConstraint(["creator_id"], ["actor.id"], name=op.f("fk_entity_version_creator_id")),
        sa.ForeignKeyConstraint(["entity_id"], ["entity.id"], name=op.f("fk_entity_version_entity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entity_version")),
        sa.UniqueConstraint("entity_id", "version", name=op.f("uq_entity_version_entity_id_version")),
        comment="Versions of entities.",
    )
    op.create_table(
        "form_attachment",
        sa.Column("id", sa.Integer(), nullable=False, comment="Id"),
        sa.Column("form_version_id", sa.Integer(), nullable=False, comment="Version"),
        sa.Column("name", sa.String(length=255), nullable=False, comment="File name in the form"),
        sa.Column("type", sa.String(length=8), nullable=False, comment="image, audio, video, file"),
        sa.Column(
            "source", sa.String(length=8), nullable=True, comment="file, dataset, areas; null: missing"
        ),
        sa.Column("file_id", sa.Integer(), nullable=True, comment="Uploaded content"),
        sa.Column("dataset_id", sa.Integer(), nullable=True, comment="Entity list"),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True, comment="When it was last put"),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name=op.f("fk_form_attachment_dataset_id")),
        sa.ForeignKeyConstraint(["file_id"], ["form_file.id"], name=op.f("fk_form_attachment_file_id")),
        sa.ForeignKeyConstraint(
            ["form_version_id"], ["form_version.id"], name=op.f("fk_form_attachment_form_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_attachment")),
        sa.UniqueConstraint("form_version_id", "name", name=op.f("uq_form_attachment_form_version_id_name")),
        comment="Files that form versions expect.",
    )
    op.create_table(
        "form_version_column",
        sa.Column("form_version_id", sa.Integer(), nullable=False, comment="Version"),
        sa.Column("table_name", sa.String(length=60), nullable=False, comment="Table"),
        sa.Column("column_name", sa.String(length=60), nullable=False, comment="Column"),
        sa.Column("path", sa.String(length=1000), nullable=False, comment="Path of the question"),
        sa.ForeignKeyConstraint(
            ["form_version_id"], ["form_version.id"], name=op.f("fk_form_version_column_form_version_id")
        ),
        sa.PrimaryKeyConstraint(
            "form_version_id", "table_name", "column_name", name=op.f("pk_form_version_column")
        ),
        comment="Columns of the monitoring tables that each form version asks.",
    )
    op.create_table(
        "phone_form",
        sa.Column("actor_id", sa.Integer(), nullable=False, comment="Phone"),
        sa.Column("form_version_id", sa.Integer(), nullable=False, comment="Version fetched"),
        sa.Column(
            "fetched_at", sa.DateTime(timezone=True), nullable=False, comment="When it was fetched last"
        ),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_phone_form_actor_id")),
        sa.ForeignKeyConstraint(
            ["form_version_id"], ["form_version.id"], name=op.f("fk_phone_form_form_version_id")
        ),
        sa.PrimaryKeyConstraint("actor_id", "form_version_id", name=op.f("pk_phone_form")),
        comment="Form versions that phones have fetched.",
    )
    op.create_table(
        "submission",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
            comment="Order of receipt",
        ),
        sa.Column("project_id", sa.Integer(), nullable=False, comment="Project"),
        sa.Column("form_id", sa.Integer(), nullable=False, comment="Form"),
        sa.Column("draft", sa.Boolean(), nullable=False, comment="Sent to the draft"),
        sa.Column("instance_id", sa.Text(), nullable=False, comment="instanceID of its first version"),
        sa.Column("instance_name", sa.Text(), nullable=True, comment="Name that the form calculates for it"),
        sa.Column("submitter_id", sa.Integer(), nullable=True, comment="Who sent it first"),
        sa.Column("device_id", sa.String(length=255), nullable=True, comment="deviceID that came"),
        sa.Column("user_agent", sa.String(length=255), nullable=True, comment="User-Agent that came"),
        sa.Column(
            "review_state",
            sa.String(length=10),
            nullable=True,
            comment="null (received), hasIssues, edited, approved, rejected",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="When it was received"),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was last edited or reviewed",
        ),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True, comment="In the bin since"),
        sa.Column(
            "version_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="Its current version",
        ),
        sa.Column(
            "form_version_id", sa.Integer(), nullable=False, comment="Form version of the current version"
        ),
        sa.Column("area_id", sa.Integer(), nullable=True, comment="Area, fixed at receipt"),
        sa.Column(
            "subject",
            sa.String(length=50),
            nullable=True,
            comment="household:<uuid> or facility:<uuid> that it writes to",
        ),
        sa.Column(
            "observed_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="When it was observed (mapping.md 'When')",
        ),
        sa.Column("blocking", sa.Integer(), nullable=False, comment="Blocking findings"),
        sa.Column("warnings", sa.Integer(), nullable=False, comment="Warnings"),
        sa.Column(
            "projected", sa.Boolean(), nullable=False, comment="Its answers stand in the monitoring tables"
        ),
        sa.Column("photos", sa.Integer(), nullable=False, comment="Attachments that are there"),
        sa.Column("missing", sa.Integer(), nullable=False, comment="Attachments still missing"),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_submission_area_id")),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name=op.f("fk_submission_form_id")),
        sa.ForeignKeyConstraint(
            ["form_version_id"], ["form_version.id"], name=op.f("fk_submission_form_version_id")
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_submission_project_id")),
        sa.ForeignKeyConstraint(["submitter_id"], ["actor.id"], name=op.f("fk_submission_submitter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        comment="Submissions.",
    )
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.create_index("ix_submission_area", ["area_id", "id"], unique=False)
        batch_op.create_index("ix_submission_form", ["form_id", "draft", "id"], unique=False)
        batch_op.create_index("ix_submission_project", ["project_id", "draft", "id"], unique=False)
        batch_op.create_index("ix_submission_subject", ["subject"], unique=False)
        batch_op.create_index("ix_submission_submitter", ["submitter_id", "id"], unique=False)

    op.create_table(
        "comment",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
            comment="Order of time",
        ),
        sa.Column(
            "submission_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Submission",
        ),
        sa.Column("actor_id", sa.Integer(), nullable=False, comment="Who wrote it"),
        sa.Column("body", sa.Text(), nullable=False, comment="What was written"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="When"),
        sa.ForeignKeyConstraint(["actor_id"], ["actor.id"], name=op.f("fk_comment_actor_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submission.id"], name=op.f("fk_comment_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
        comment="Comments on submissions.",
    )
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.create_index("ix_comment_submission", ["submission_id"], unique=False)

    op.create_table(
        "submission_version",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
            comment="Order of receipt",
        ),
        sa.Column(
            "submission_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Submission",
        ),
        sa.Column(
            "form_version_id", sa.Integer(), nullable=False, comment="Form version that it was filled in"
        ),
        sa.Column("instance_id", sa.Text(), nullable=False, comment="Its own instanceID"),
        sa.Column("instance_name", sa.Text(), nullable=True, comment="Name that the form calculates for it"),
        sa.Column("xml", sa.LargeBinary(), nullable=True, comment="The XML exactly as it came, encrypted"),
        sa.Column(
            "answers", sa.Text(), nullable=True, comment="Answers in form order, protected ones left out"
        ),
        sa.Column(
            "protected",
            sa.LargeBinary(),
            nullable=True,
            comment="Protected answers: encrypted JSON of the same shape",
        ),
        sa.Column("submitter_id", sa.Integer(), nullable=True, comment="Who sent it"),
        sa.Column("device_id", sa.String(length=255), nullable=True, comment="deviceID that came"),
        sa.Column("user_agent", sa.String(length=255), nullable=True, comment="User-Agent that came"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, comment="When it was received"),
        sa.ForeignKeyConstraint(
            ["form_version_id"], ["form_version.id"], name=op.f("fk_submission_version_form_version_id")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_submission_version_submission_id")
        ),
        sa.ForeignKeyConstraint(
            ["submitter_id"], ["actor.id"], name=op.f("fk_submission_version_submitter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_version")),
        comment="Versions of submissions.",
    )
    with op.batch_alter_table("submission_version", schema=None) as batch_op:
        batch_op.create_index("ix_submission_version_submission", ["submission_id"], unique=False)

    op.create_table(
        "attachment",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
            comment="Order of arrival",
        ),
        sa.Column(
            "version_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Submission version",
        ),
        sa.Column("name", sa.String(length=255), nullable=False, comment="File name"),
        sa.Column(
            "path", sa.Text(), nullable=True, comment="Path of the question that mentions it; null: none does"
        ),
        sa.Column(
            "blob_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=True,
            comment="Where its bytes are; null: not arrived",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=True, comment="When it arrived"),
        sa.ForeignKeyConstraint(["blob_id"], ["blob.id"], name=op.f("fk_attachment_blob_id")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["submission_version.id"], name=op.f("fk_attachment_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        comment="Files of submissions.",
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index("ix_attachment_blob", ["blob_id"], unique=False)
        batch_op.create_index("ix_attachment_version", ["version_id", "name"], unique=True)

    op.create_table(
        "finding",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
            comment="Id",
        ),
        sa.Column(
            "version_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            nullable=False,
            comment="Submission version",
        ),
        sa.Column("path", sa.Text(), nullable=False, comment="Path of the node, positions on repeats from 1"),
        sa.Column("rule", sa.String(length=12), nullable=False, comment="type, choice, constraint …"),
        sa.Column(
            "blocking", sa.Boolean(), nullable=False, comment="Holds the submission back from the tables"
        ),
        sa.Column(
            "message",
            sa.Text(),
            nullable=False,
            comment="Key and arguments, or the form's own words by language",
        ),
        sa.Column("reads", sa.Text(), nullable=False, comment="What the verdict rests on beside the answers"),
        sa.Column("accepted_by", sa.Integer(), nullable=True, comment="Who accepted it"),
        sa.ForeignKeyConstraint(["accepted_by"], ["actor.id"], name=op.f("fk_finding_accepted_by")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["submission_version.id"], name=op.f("fk_finding_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
        comment="Findings of the checks.",
    )
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.create_index("ix_finding_version", ["version_id"], unique=False)

    if (
        op.get_bind().dialect.name == "postgresql"
    ):  # form and form_version name each other; SQLite cannot add a key later
        for column in ("current_version_id", "draft_version_id"):
            op.create_foreign_key(op.f(f"fk_form_{column}"), "form", "form_version", [column], ["id"])


def downgrade() -> None:
    """Take it back."""
    if op.get_bind().dialect.name == "postgresql":
        for column in ("current_version_id", "draft_version_id"):
            op.drop_constraint(op.f(f"fk_form_{column}"), "form", type_="foreignkey")
    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.drop_index("ix_finding_version")

    op.drop_table("finding")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index("ix_attachment_version")
        batch_op.drop_index("ix_attachment_blob")

    op.drop_table("attachment")
    with op.batch_alter_table("submission_version", schema=None) as batch_op:
        batch_op.drop_index("ix_submission_version_submission")

    op.drop_table("submission_version")
    with op.batch_alter_table("comment", schema=None) as batch_op:
        batch_op.drop_index("ix_comment_submission")

    op.drop_table("comment")
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_index("ix_submission_submitter")
        batch_op.drop_index("ix_submission_subject")
        batch_op.drop_index("ix_submission_project")
        batch_op.drop_index("ix_submission_form")
        batch_op.drop_index("ix_submission_area")

    op.drop_table("submission")
    op.drop_table("phone_form")
    op.drop_table("form_version_column")
    op.drop_table("form_attachment")
    op.drop_table("entity_version")
    op.drop_table("dataset_form")
    op.drop_table("list_copy")
    with op.batch_alter_table("form_version", schema=None) as batch_op:
        batch_op.drop_index("ix_form_version_form")

    op.drop_table("form_version")
    op.drop_table("form_count")
    with op.batch_alter_table("entity_backlog", schema=None) as batch_op:
        batch_op.drop_index("ix_entity_backlog_branch")

    op.drop_table("entity_backlog")
    with op.batch_alter_table("entity", schema=None) as batch_op:
        batch_op.drop_index("ix_entity_area")

    op.drop_table("entity")
    op.drop_table("dataset_property")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assignment_project_id"))
        batch_op.drop_index(batch_op.f("ix_assignment_form_id"))
        batch_op.drop_index(batch_op.f("ix_assignment_actor_id"))

    op.drop_table("assignment")
    op.drop_table("web_user")
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_in_expires_at"))
        batch_op.drop_index(batch_op.f("ix_sign_in_actor_id"))

    op.drop_table("sign_in")
    with op.batch_alter_table("photo", schema=None) as batch_op:
        batch_op.drop_index("ix_photo_hash")

    op.drop_table("photo")
    with op.batch_alter_table("phone", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_phone_project_id"))

    op.drop_table("phone")
    op.drop_table("one_time_link")
    op.drop_table("grant_verb")
    with op.batch_alter_table("form", schema=None) as batch_op:
        batch_op.drop_index("ix_form_project")

    op.drop_table("form")
    with op.batch_alter_table("dataset", schema=None) as batch_op:
        batch_op.drop_index("ix_dataset_project")

    op.drop_table("dataset")
    op.drop_table("actor_area")
    with op.batch_alter_table("water_current", schema=None) as batch_op:
        batch_op.drop_index("ix_water_current_area")

    op.drop_table("water_current")
    with op.batch_alter_table("water", schema=None) as batch_op:
        batch_op.drop_index("ix_water_submission")
        batch_op.drop_index("ix_water_subject")
        batch_op.drop_index("ix_water_area")

    op.drop_table("water")
    with op.batch_alter_table("waste_current", schema=None) as batch_op:
        batch_op.drop_index("ix_waste_current_area")

    op.drop_table("waste_current")
    with op.batch_alter_table("waste", schema=None) as batch_op:
        batch_op.drop_index("ix_waste_submission")
        batch_op.drop_index("ix_waste_subject")
        batch_op.drop_index("ix_waste_area")

    op.drop_table("waste")
    with op.batch_alter_table("visit_current", schema=None) as batch_op:
        batch_op.drop_index("ix_visit_current_area")

    op.drop_table("visit_current")
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_index("ix_visit_submission")
        batch_op.drop_index("ix_visit_subject")
        batch_op.drop_index("ix_visit_area")

    op.drop_table("visit")
    with op.batch_alter_table("spending_current", schema=None) as batch_op:
        batch_op.drop_index("ix_spending_current_area")

    op.drop_table("spending_current")
    with op.batch_alter_table("spending", schema=None) as batch_op:
        batch_op.drop_index("ix_spending_submission")
        batch_op.drop_index("ix_spending_subject")
        batch_op.drop_index("ix_spending_area")

    op.drop_table("spending")
    with op.batch_alter_table("shock_current", schema=None) as batch_op:
        batch_op.drop_index("ix_shock_current_area")

    op.drop_table("shock_current")
    with op.batch_alter_table("shock", schema=None) as batch_op:
        batch_op.drop_index("ix_shock_submission")
        batch_op.drop_index("ix_shock_subject")
        batch_op.drop_index("ix_shock_area")

    op.drop_table("shock")
    op.drop_table("serial")
    with op.batch_alter_table("schooling_current", schema=None) as batch_op:
        batch_op.drop_index("ix_schooling_current_area")

    op.drop_table("schooling_current")
    with op.batch_alter_table("schooling", schema=None) as batch_op:
        batch_op.drop_index("ix_schooling_submission")
        batch_op.drop_index("ix_schooling_subject")
        batch_op.drop_index("ix_schooling_area")

    op.drop_table("schooling")
    with op.batch_alter_table("school_access_current", schema=None) as batch_op:
        batch_op.drop_index("ix_school_access_current_area")

    op.drop_table("school_access_current")
    with op.batch_alter_table("school_access", schema=None) as batch_op:
        batch_op.drop_index("ix_school_access_submission")
        batch_op.drop_index("ix_school_access_subject")
        batch_op.drop_index("ix_school_access_area")

    op.drop_table("school_access")
    with op.batch_alter_table("sanitation_current", schema=None) as batch_op:
        batch_op.drop_index("ix_sanitation_current_area")

    op.drop_table("sanitation_current")
    with op.batch_alter_table("sanitation", schema=None) as batch_op:
        batch_op.drop_index("ix_sanitation_submission")
        batch_op.drop_index("ix_sanitation_subject")
        batch_op.drop_index("ix_sanitation_area")

    op.drop_table("sanitation")
    op.drop_table("project")
    with op.batch_alter_table("observation", schema=None) as batch_op:
        batch_op.drop_index("ix_observation_submission")
        batch_op.drop_index("ix_observation_subject")

    op.drop_table("observation")
    with op.batch_alter_table("need_current", schema=None) as batch_op:
        batch_op.drop_index("ix_need_current_area")

    op.drop_table("need_current")
    with op.batch_alter_table("need", schema=None) as batch_op:
        batch_op.drop_index("ix_need_submission")
        batch_op.drop_index("ix_need_subject")
        batch_op.drop_index("ix_need_area")

    op.drop_table("need")
    with op.batch_alter_table("ledger", schema=None) as batch_op:
        batch_op.drop_index("ix_ledger_ref")

    op.drop_table("ledger")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index("ix_job_due")

    op.drop_table("job")
    op.drop_table("instance_key")
    with op.batch_alter_table("inspection_current", schema=None) as batch_op:
        batch_op.drop_index("ix_inspection_current_area")

    op.drop_table("inspection_current")
    with op.batch_alter_table("inspection", schema=None) as batch_op:
        batch_op.drop_index("ix_inspection_submission")
        batch_op.drop_index("ix_inspection_subject")
        batch_op.drop_index("ix_inspection_area")

    op.drop_table("inspection")
    with op.batch_alter_table("hygiene_current", schema=None) as batch_op:
        batch_op.drop_index("ix_hygiene_current_area")

    op.drop_table("hygiene_current")
    with op.batch_alter_table("hygiene", schema=None) as batch_op:
        batch_op.drop_index("ix_hygiene_submission")
        batch_op.drop_index("ix_hygiene_subject")
        batch_op.drop_index("ix_hygiene_area")

    op.drop_table("hygiene")
    with op.batch_alter_table("housing_current", schema=None) as batch_op:
        batch_op.drop_index("ix_housing_current_area")

    op.drop_table("housing_current")
    with op.batch_alter_table("housing", schema=None) as batch_op:
        batch_op.drop_index("ix_housing_submission")
        batch_op.drop_index("ix_housing_subject")
        batch_op.drop_index("ix_housing_area")

    op.drop_table("housing")
    with op.batch_alter_table("household_history", schema=None) as batch_op:
        batch_op.drop_index("ix_household_history_submission")
        batch_op.drop_index("ix_household_history_subject")
        batch_op.drop_index("ix_household_history_area")

    op.drop_table("household_history")
    with op.batch_alter_table("household", schema=None) as batch_op:
        batch_op.drop_index("ix_household_project")
        batch_op.drop_index("ix_household_merged")
        batch_op.drop_index("ix_household_area")

    op.drop_table("household")
    with op.batch_alter_table("health_access_current", schema=None) as batch_op:
        batch_op.drop_index("ix_health_access_current_area")

    op.drop_table("health_access_current")
    with op.batch_alter_table("health_access", schema=None) as batch_op:
        batch_op.drop_index("ix_health_access_submission")
        batch_op.drop_index("ix_health_access_subject")
        batch_op.drop_index("ix_health_access_area")

    op.drop_table("health_access")
    with op.batch_alter_table("harvest_current", schema=None) as batch_op:
        batch_op.drop_index("ix_harvest_current_area")

    op.drop_table("harvest_current")
    with op.batch_alter_table("harvest", schema=None) as batch_op:
        batch_op.drop_index("ix_harvest_submission")
        batch_op.drop_index("ix_harvest_subject")
        batch_op.drop_index("ix_harvest_area")

    op.drop_table("harvest")
    with op.batch_alter_table("form_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_form_file_md5"))

    op.drop_table("form_file")
    with op.batch_alter_table("food_current", schema=None) as batch_op:
        batch_op.drop_index("ix_food_current_area")

    op.drop_table("food_current")
    with op.batch_alter_table("food", schema=None) as batch_op:
        batch_op.drop_index("ix_food_submission")
        batch_op.drop_index("ix_food_subject")
        batch_op.drop_index("ix_food_area")

    op.drop_table("food")
    with op.batch_alter_table("failed_sign_in", schema=None) as batch_op:
        batch_op.drop_index("ix_failed_sign_in_who")

    op.drop_table("failed_sign_in")
    with op.batch_alter_table("facility_issue_current", schema=None) as batch_op:
        batch_op.drop_index("ix_facility_issue_current_area")

    op.drop_table("facility_issue_current")
    with op.batch_alter_table("facility_issue", schema=None) as batch_op:
        batch_op.drop_index("ix_facility_issue_submission")
        batch_op.drop_index("ix_facility_issue_subject")
        batch_op.drop_index("ix_facility_issue_area")

    op.drop_table("facility_issue")
    with op.batch_alter_table("facility_history", schema=None) as batch_op:
        batch_op.drop_index("ix_facility_history_submission")
        batch_op.drop_index("ix_facility_history_subject")
        batch_op.drop_index("ix_facility_history_area")

    op.drop_table("facility_history")
    with op.batch_alter_table("facility", schema=None) as batch_op:
        batch_op.drop_index("ix_facility_project")
        batch_op.drop_index("ix_facility_area")

    op.drop_table("facility")
    with op.batch_alter_table("energy_current", schema=None) as batch_op:
        batch_op.drop_index("ix_energy_current_area")

    op.drop_table("energy_current")
    with op.batch_alter_table("energy", schema=None) as batch_op:
        batch_op.drop_index("ix_energy_submission")
        batch_op.drop_index("ix_energy_subject")
        batch_op.drop_index("ix_energy_area")

    op.drop_table("energy")
    op.drop_table("data_key")
    with op.batch_alter_table("connectivity_current", schema=None) as batch_op:
        batch_op.drop_index("ix_connectivity_current_area")

    op.drop_table("connectivity_current")
    with op.batch_alter_table("connectivity", schema=None) as batch_op:
        batch_op.drop_index("ix_connectivity_submission")
        batch_op.drop_index("ix_connectivity_subject")
        batch_op.drop_index("ix_connectivity_area")

    op.drop_table("connectivity")
    with op.batch_alter_table("composition_current", schema=None) as batch_op:
        batch_op.drop_index("ix_composition_current_area")

    op.drop_table("composition_current")
    with op.batch_alter_table("composition", schema=None) as batch_op:
        batch_op.drop_index("ix_composition_submission")
        batch_op.drop_index("ix_composition_subject")
        batch_op.drop_index("ix_composition_area")

    op.drop_table("composition")
    op.drop_table("blob")
    with op.batch_alter_table("audit", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_project")
        batch_op.drop_index("ix_audit_action")
        batch_op.drop_index("ix_audit_actee")

    op.drop_table("audit")
    with op.batch_alter_table("assets_current", schema=None) as batch_op:
        batch_op.drop_index("ix_assets_current_area")

    op.drop_table("assets_current")
    with op.batch_alter_table("assets", schema=None) as batch_op:
        batch_op.drop_index("ix_assets_submission")
        batch_op.drop_index("ix_assets_subject")
        batch_op.drop_index("ix_assets_area")

    op.drop_table("assets")
    with op.batch_alter_table("area", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_area_path"))
        batch_op.drop_index(batch_op.f("ix_area_parent_id"))

    op.drop_table("area")
    op.drop_table("actor")
