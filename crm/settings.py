"""Settings: one data directory and a few environment variables choose every adapter."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

DATA_FORMAT = 1  # of the data directory as a whole; each file has its own as well
_FORMAT_FILE = "format"
RESTORING = "restoring"  # a file in a data directory that a restore has not finished
SANDBOX = "sandbox"  # a file in the data directory of a copy that was made to try things in: as of which moment
_ADDRESS = re.compile(r"//(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\]):\d{1,5}")


class WrongSetting(Exception):
    """A setting or the data directory cannot be used; the message says which, why and what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """data: where everything is kept. host, port: where HTTP is served. url: how people reach it.

    archives: whether CRM_BACKUP is heeded; a command that only looks at a directory leaves the backups alone.
    """

    data: Path
    host: str = "127.0.0.1"
    port: int = 8000
    url: str = ""
    archives: bool = True

    @property
    def address(self) -> str:
        return self.url or f"http://{self.host}:{self.port}"


def sandbox_of(data: Path, environment: Mapping[str, str] = os.environ) -> str:
    """As of which moment this suite is a copy to try things in, "" = it is none; CRM_SANDBOX says so without a file."""
    file = data / SANDBOX
    return environment.get("CRM_SANDBOX", "") or (file.read_text().strip() if file.exists() else "")


MONGODB = ("mongodb:", "mongodb+srv:")  # followed by //, hosts and a database
CLICKHOUSE = ("clickhouse:", "clickhouses:")
# setting → the schemes of the adapters there are; the first is the default, with its files in the data directory
ADAPTERS = {
    "CRM_EVENTSTORE": ("sqlite:", "esdb:", "esdb+discover:"),
    "CRM_VIEWS": ("sqlite:", *MONGODB),
    "CRM_WAREHOUSE": ("chdb:", *CLICKHOUSE),
    "CRM_KEYS": ("sqlite:", *MONGODB),
    "CRM_LIMITS": ("memory:", *MONGODB),  # of throttles and quotas
}
ELSEWHERE = {"esdb:", "esdb+discover:", *CLICKHOUSE}  # servers


def setting(name: str, default: str = "", environment: Mapping[str, str] = os.environ) -> str:
    """A setting, or the text of the file that NAME_FILE names: what holds a password need not stand in the environment.

    Raises WrongSetting.
    """
    file = environment.get(f"{name}_FILE")
    if file is None:
        return environment.get(name, default)
    if name in environment:
        raise WrongSetting(f"{name} and {name}_FILE are both set: keep one")
    try:
        return Path(file).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise WrongSetting(f"{name}_FILE: {file} cannot be read: {error}") from error


def sql_unconfined(environment: Mapping[str, str] = os.environ) -> bool:
    """CRM_SQL_UNCONFINED. Raises WrongSetting for a value that is neither yes nor no."""
    given = environment.get("CRM_SQL_UNCONFINED", "no")
    if given not in ("yes", "no"):
        raise WrongSetting(f"CRM_SQL_UNCONFINED is yes or no, not {given!r}")
    return given == "yes"


def proxies(environment: Mapping[str, str] = os.environ) -> list[str]:
    """CRM_PROXIES: the addresses and networks of the proxies in front, by commas. They alone may say who asks.

    Raises WrongSetting.
    """
    found = [one.strip() for one in environment.get("CRM_PROXIES", "").split(",") if one.strip()]
    for one in found:
        try:
            network = ip_network(one)
        except ValueError as error:
            raise WrongSetting(f"CRM_PROXIES: {error}: give addresses and networks, as in 10.0.0.0/8") from error
        if network.prefixlen == 0:
            raise WrongSetting(f"CRM_PROXIES: {one} is everybody, and anybody could then say who they are")
    return found


def check_adapters(environment: Mapping[str, str] = os.environ) -> None:
    """Raises WrongSetting for a URL of which there is no adapter; the message names those there are."""
    for name, schemes in ADAPTERS.items():
        scheme, colon, rest = setting(name, schemes[0], environment).partition(":")
        if scheme + colon not in schemes:
            raise WrongSetting(f"{name}: no adapter for {scheme}:, this version knows {', '.join(schemes)}")
        if scheme + colon in MONGODB:
            if not rest.startswith("//") or len(rest) == 2:
                raise WrongSetting(f"{name}: an address is {scheme}://HOST:PORT/DATABASE")
            continue
        if scheme + colon in ELSEWHERE:
            continue  # the adapter reads its address
        if rest and not (name == "CRM_WAREHOUSE" and _ADDRESS.fullmatch(rest)):
            other = ", or the address of the process that has them: chdb://HOST:PORT" if name == "CRM_WAREHOUSE" else ""
            where = f"its files are in the data directory (--data){other}"
            raise WrongSetting(f"{name}: {scheme}: takes no path, {where}")
    past_address(environment)
    views, keys = (mongodb_of(name, environment) for name in ("CRM_VIEWS", "CRM_KEYS"))
    if views is not None and keys is not None and _databases(views) & _databases(keys):
        raise WrongSetting(
            "CRM_KEYS names the database of CRM_VIEWS, which may be dropped, and no keys may: where keys are there "
            "already, leave CRM_KEYS and name another database in CRM_VIEWS, as in mongodb://HOST:PORT/crm_views"
        )


def _databases(url: str) -> set[tuple[str, str]]:
    """The database of an address of MongoDB, which is "crm" where it names none, as each of its hosts has it."""
    hosts, _, path = url.partition("//")[2].partition("?")[0].rpartition("@")[2].partition("/")
    return {(host.removesuffix(":27017"), path or "crm") for host in hosts.lower().split(",")}


def mongodb_of(name: str, environment: Mapping[str, str] = os.environ) -> str | None:
    """The URL of the MongoDB server that a setting names; None: the embedded adapter."""
    given = setting(name, "", environment)
    return given if given.startswith(MONGODB) else None


def eventstore_address(environment: Mapping[str, str] = os.environ) -> str | None:
    """The address of the server that holds the events; None: they are in the data directory."""
    url = setting("CRM_EVENTSTORE", "sqlite:", environment)
    return None if url == "sqlite:" else url


def warehouse_address(environment: Mapping[str, str] = os.environ) -> str | None:
    """Where the process with the role `warehouse` answers the others, of `chdb://HOST:PORT`; None: not given."""
    scheme, _, rest = setting("CRM_WAREHOUSE", "chdb:", environment).partition(":")
    return f"http:{rest}/warehouse" if rest and scheme == "chdb" else None


def past_address(environment: Mapping[str, str] = os.environ) -> str | None:
    """Where the process with the role `past` answers the others, of CRM_PAST=past://HOST:PORT; None: there is none.

    Raises WrongSetting.
    """
    scheme, _, rest = (given := setting("CRM_PAST", "", environment)).partition(":")
    if not given:
        return None
    if scheme != "past" or not _ADDRESS.fullmatch(rest):
        raise WrongSetting("CRM_PAST is the address of the process with the role past: past://HOST:PORT")
    if not is_shared(environment):
        raise WrongSetting("CRM_PAST goes with events and views on servers; else past.db is in the data directory")
    return f"http:{rest}/past"


def clickhouse_address(environment: Mapping[str, str] = os.environ) -> str | None:
    """The address of the ClickHouse server that holds the facts; None: an engine of the suite's own."""
    url = setting("CRM_WAREHOUSE", "chdb:", environment)
    return url if url.startswith(CLICKHOUSE) else None


def is_shared(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether other processes may work on the same events and views: both are on servers."""
    return eventstore_address(environment) is not None and mongodb_of("CRM_VIEWS", environment) is not None


def root_key_file(data: Path, environment: Mapping[str, str] = os.environ) -> Path:
    """The file of the root key: in the data directory, unless the ring is in MongoDB and CRM_ROOT_KEY names another.

    Raises WrongSetting.
    """
    given = environment.get("CRM_ROOT_KEY")
    if given and mongodb_of("CRM_KEYS", environment) is None:
        raise WrongSetting("CRM_ROOT_KEY goes with CRM_KEYS=mongodb://…: keys.db and its root key lie together")
    return Path(given) if given else data / "keys" / "root.key"


def jobs_folder(data: Path, environment: Mapping[str, str] = os.environ) -> Path:
    """Where the files of imports and bulk acts lie: a folder that the processes that take and run them share."""
    return Path(environment.get("CRM_IMPORTS") or data / "imports")


def writable(folder: Path, named: str) -> Path:
    """A folder, made where it is missing. named: the setting that has its path. Raises WrongSetting."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise WrongSetting(f"{named}: the folder {folder} cannot be used: {error.strerror}") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise WrongSetting(f"{named}: the user of this process may not write in {folder}: give it the folder")
    return folder


def prepare_folder(data: Path, *, restoring: bool = False) -> None:
    """Create the data directory (mode 0700) or check that this program may use it. Raises WrongSetting.

    restoring: it is a restore that asks.
    """
    if not restoring and (data / RESTORING).exists():
        raise WrongSetting(f"the restore into {data} was interrupted: do it again, it begins again")
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = data / _FORMAT_FILE
        if not file.exists():
            file.write_text(f"{DATA_FORMAT}\n")
        found = file.read_text().strip()
    except OSError as error:
        raise WrongSetting(f"the data directory {data} cannot be used: {error.strerror}") from error
    if not found.isdigit() or int(found) > DATA_FORMAT:
        raise WrongSetting(
            f"the data directory {data} has format {found}, this program knows formats up to {DATA_FORMAT}: upgrade it"
        )
