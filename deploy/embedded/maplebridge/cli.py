"""The `maplebridge` command: a list of what it can do; the work is in the modules."""

import asyncio
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer
from rich.console import Console

from maplebridge import doctor as doctors
from maplebridge.folder import DataFolder
from maplebridge.sample import SEED
from maplebridge.supervisor import until_signalled
from maplebridge.system import running
from maplebridge.trouble import Trouble
from maplebridge.typed import DATA, typed
from maplebridge_domain.authority import Role

app = typer.Typer(
    help="Maple Bridge (枫桥) on one machine.", no_args_is_help=True, add_completion=False
)
personal_data_app = typer.Typer(help="The keys of personal data.", no_args_is_help=True)
app.add_typer(personal_data_app, name="personal-data")
key_app = typer.Typer(help="Keys of this installation.", no_args_is_help=True)
app.add_typer(key_app, name="key")
client_app = typer.Typer(help="Systems that call the API.", no_args_is_help=True)
app.add_typer(client_app, name="client")
console = Console(highlight=False, soft_wrap=True)

Data = Annotated[Path, typer.Option(help="The folder of everything that is kept.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Where the API answers; 0: any free.")]
DatabaseUrl = Annotated[
    str | None,
    typer.Option(
        envvar="MAPLEBRIDGE_DATABASE_URL",
        show_envvar=True,
        help="A PostgreSQL 18 to use instead of the embedded one, as its owner.",
    ),
]
RedisUrl = Annotated[
    str | None,
    typer.Option(
        envvar="MAPLEBRIDGE_REDIS_URL",
        show_envvar=True,
        help="A Redis or Valkey to use instead of the embedded one.",
    ),
]


@app.command()
def up(
    *,
    data: Data = DATA,
    port: Port = 8000,
    sandbox: Annotated[
        bool, typer.Option(help="Test clock and test signatures.", envvar="MAPLEBRIDGE_SANDBOX")
    ] = False,
    database_url: DatabaseUrl = None,
    redis_url: RedisUrl = None,
    verbose: Annotated[bool, typer.Option(help="Show what the parts log.")] = False,
) -> None:
    """Run the whole service until Ctrl-C."""

    async def run() -> None:
        show = _plain if verbose else None
        async with running(
            data=data,
            port=port,
            sandbox=sandbox,
            database_url=database_url,
            redis_url=redis_url,
            say=_plain,
            show=show,
        ) as system:
            _plain(f"Maple Bridge answers at {system.url} (documentation: {system.url}/docs)")
            _plain("Ctrl-C stops it.")
            await asyncio.Event().wait()

    try:
        asyncio.run(until_signalled(run(), _plain))
    except Trouble as trouble:
        _fail(str(trouble))
    _plain("Everything is stopped.")


@app.command()
def sample(
    street: Annotated[Literal["tianqiao"], typer.Argument(help="天桥街街道, the only one.")],
    data: Data = DATA,
    seed: Annotated[
        int, typer.Option(help="Another number gives another street; an installation holds one.")
    ] = SEED,
) -> None:
    """Load a sample street and its October 2026 into the service that runs."""
    # Here and not above: loading the generator takes longer than most commands.
    from maplebridge.sample.send import send

    try:
        world = asyncio.run(send(data, seed, console))
    except Trouble as trouble:
        _fail(str(trouble))
    _plain(f"{world.street['name']} ({street}) is loaded: {len(world.households):,} households.")


@app.command()
def token(
    search: Annotated[
        str | None, typer.Argument(help="List the persons whose name or office holds this.")
    ] = None,
    data: Data = DATA,
    client: Annotated[
        str | None,
        typer.Option(help="A system: department, evaluator, integrator, operator."),
    ] = None,
    person: Annotated[
        str | None,
        typer.Option(help="Only with `up --sandbox`: a name in the sample street, or an id."),
    ] = None,
) -> None:
    """Print an access token; without options, who holds which office in the sample street."""
    from maplebridge.tokens import examples, fetch_token, found

    try:
        if client or person:
            _plain(asyncio.run(fetch_token(data, client, person)))
        else:
            for line in found(search) if search else examples():
                _plain(line)
    except Trouble as trouble:
        _fail(str(trouble))


@personal_data_app.command("new-key")
def new_personal_data_key(data: Data = DATA) -> None:
    """Encrypt with a new key from the next start on; the ones before still decrypt."""
    from maplebridge import personal_data

    try:
        key_id = personal_data.new_key(data)
    except Trouble as trouble:
        _fail(str(trouble))
    then = typed("personal-data rotate", data=data)
    _plain(f"Key {key_id} encrypts after the next start; then `{then}`.")


@personal_data_app.command("rotate")
def rotate_personal_data(data: Data = DATA, database_url: DatabaseUrl = None) -> None:
    """Encrypt everything anew with the newest key, while the service runs."""
    from maplebridge import personal_data

    try:
        asyncio.run(personal_data.rotate(data, database_url, _plain))
    except Trouble as trouble:
        _fail(str(trouble))


@personal_data_app.command("drop-old-keys")
def drop_old_personal_data_keys(data: Data = DATA, database_url: DatabaseUrl = None) -> None:
    """Forget the older keys, when nothing is encrypted with them any more."""
    from maplebridge import personal_data

    try:
        dropped = asyncio.run(personal_data.drop_old_keys(data, database_url))
    except Trouble as trouble:
        _fail(str(trouble))
    _plain(f"{dropped} older keys are gone." if dropped else "There was no older key.")


ClientId = Annotated[str, typer.Argument(help="Of the system, such as department.")]


@client_app.command("rotate")
def rotate_client(
    client_id: ClientId,
    keep_days: Annotated[
        int, typer.Option(min=0, max=90, help="How long the secret before stays valid.")
    ] = 7,
    data: Data = DATA,
    database_url: DatabaseUrl = None,
) -> None:
    """Give a system a new secret and print it, once; the one before stays valid for a while."""
    from maplebridge import clients

    try:
        _plain(asyncio.run(clients.rotate(data, database_url, client_id, keep_days)))
    except Trouble as trouble:
        _fail(str(trouble))


@client_app.command("add")
def add_client(
    client_id: Annotated[str, typer.Argument(help="A new name, such as district-housing.")],
    role: Annotated[Role, typer.Option(help="What it is: management_department, integrator, ...")],
    streets: Annotated[str, typer.Option(help="Its range of division codes: 411104000-411104999.")],
    data: Data = DATA,
    database_url: DatabaseUrl = None,
) -> None:
    """Make a system known that may do what its role does in a range of streets; print its secret, once."""
    from maplebridge import clients

    try:
        _plain(asyncio.run(clients.add(data, database_url, client_id, role, streets)))
    except Trouble as trouble:
        _fail(str(trouble))


@client_app.command("revoke")
def revoke_client(client_id: ClientId, data: Data = DATA, database_url: DatabaseUrl = None) -> None:
    """End a system's older secret at once; the newest stays."""
    from maplebridge import clients

    try:
        ended = asyncio.run(clients.end_older(data, database_url, client_id))
    except Trouble as trouble:
        _fail(str(trouble))
    _plain("The older secret is ended." if ended else "There was no older secret.")


@client_app.command("disable")
def disable_client(
    client_id: ClientId, data: Data = DATA, database_url: DatabaseUrl = None
) -> None:
    """Cut a system off: no more tokens, and those it has are refused within seconds."""
    from maplebridge import clients

    try:
        asyncio.run(clients.cut_off(data, database_url, client_id))
    except Trouble as trouble:
        _fail(str(trouble))
    again = typed("client", "enable", client_id, data=data)
    _plain(f"{client_id} is refused everywhere within two seconds; `{again}` lets it in again.")


@client_app.command("enable")
def enable_client(client_id: ClientId, data: Data = DATA, database_url: DatabaseUrl = None) -> None:
    """Let a system that was cut off call again, with the secrets that it had."""
    from maplebridge import clients

    try:
        asyncio.run(clients.let_in(data, database_url, client_id))
    except Trouble as trouble:
        _fail(str(trouble))
    _plain(f"{client_id} may call again; if its secret has leaked, rotate it first.")


@client_app.command("list")
def list_clients(data: Data = DATA, database_url: DatabaseUrl = None) -> None:
    """List the systems that are known: name, role, streets, and since when one is cut off."""
    from maplebridge import clients

    try:
        for line in asyncio.run(clients.listed(data, database_url)):
            _plain(line)
    except Trouble as trouble:
        _fail(str(trouble))


@key_app.command("rotate")
def rotate_key(data: Data = DATA) -> None:
    """Sign access tokens with a new key from the next start on; the one before still verifies."""
    from maplebridge import secrets

    try:
        kid = secrets.rotate_token_key(DataFolder.at(data).secrets)
    except Trouble as trouble:
        _fail(str(trouble))
    _plain(f"Key {kid} signs access tokens after the next start.")


@app.command()
def demo(data: Data = DATA) -> None:
    """Run a street's month from an empty folder to ratings that a department has verified."""
    from maplebridge.demo.run import demonstrate

    done = False

    async def run() -> None:
        nonlocal done
        await demonstrate(data, console)
        done = True

    try:
        asyncio.run(until_signalled(run(), _plain))
    except Trouble as trouble:
        _fail(str(trouble))
    if not done:
        _fail("The demo was stopped; everything it started is stopped, too.")


@app.command()
def docs() -> None:
    """Write again what of the documentation is generated: docs/openapi.json, docs/problems.md."""
    from maplebridge.database import REPOSITORY
    from maplebridge.docs import write_docs

    write_docs(REPOSITORY / "docs")


audit = typer.Typer(help="Check the event log.", no_args_is_help=True)
app.add_typer(audit, name="audit")


@audit.command("verify")
def audit_verify(
    *,
    data: Data = DATA,
    street: Annotated[int | None, typer.Option(help="Its division code; else all.")] = None,
    heads: Annotated[
        Path | None,
        typer.Option(help="Signed heads that were kept elsewhere: answers of /v1/event-heads."),
    ] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Recompute the chain of events, compare it with the signed heads, and name what was tampered with."""
    from maplebridge.audit.run import report

    try:
        sound = asyncio.run(report(data, street, heads, database_url, _plain))
    except Trouble as trouble:
        _fail(str(trouble))
    if not sound:
        raise typer.Exit(1)


@app.command()
def reset(
    data: Data = DATA,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete everything that an installation keeps."""
    folder = DataFolder.at(data)
    if not folder.root.exists():
        _plain(f"{folder.root} does not exist.")
        return
    if folder.is_running():
        _fail(f"Maple Bridge runs on {folder.root}: stop it first.")
    if not yes:
        typer.confirm(f"Delete database, keys and logs in {folder.root}, for good?", abort=True)
    try:
        stays = folder.delete()
    except (Trouble, OSError) as error:
        _fail(str(error))
    left = f" What is not this installation's stays: {', '.join(stays)}." if stays else ""
    _plain(f"The installation in {folder.root} is deleted.{left}")


@app.command()
def doctor(
    data: Data = DATA,
    port: Port = 8000,
    database_url: DatabaseUrl = None,
    redis_url: RedisUrl = None,
) -> None:
    """Say what is wrong, and what to do."""

    async def examine() -> list[doctors.Finding]:
        found = doctors.examine(data, port, database_url, redis_url)
        return [finding async for finding in found]

    findings = asyncio.run(examine())
    for finding in findings:
        _plain(f"{'✓' if finding.ok else '✗'} {finding.what}: {finding.found}")
        if not finding.ok:
            _plain(f"    {finding.remedy}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(1)


def _plain(line: str) -> None:
    console.print(line, markup=False)


def _fail(message: str) -> NoReturn:
    Console(stderr=True, highlight=False, soft_wrap=True).print(message, style="red", markup=False)
    raise typer.Exit(1)
