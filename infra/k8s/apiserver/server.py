"""A Kubernetes API server with its etcd on loopback. Alone it judges and keeps objects; controllers.py does them."""

from __future__ import annotations

import json
import secrets
import ssl
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from infra.cache import Missing
from infra.k8s.apiserver.programs import Programs
from infra.kafka.broker import free_ports

VERSION = "1.36.3"  # of Kubernetes, as in go.mod
READY_SECONDS = 120.0
HERE = Path(__file__).parent
_NAMED = "k8s.io/component-base/version"
_MAJOR, _MINOR, _ = VERSION.split(".")
SERVER = Programs(
    "kubernetes",
    {
        "kube-apiserver": (HERE, "k8s.io/kubernetes/cmd/kube-apiserver"),
        "etcd": (HERE.parent / "etcd", "go.etcd.io/etcd/server/v3"),
    },
    {f"{_NAMED}.gitVersion": f"v{VERSION}", f"{_NAMED}.gitMajor": _MAJOR, f"{_NAMED}.gitMinor": _MINOR},
)


class ApiServer:
    """One that has just begun: nothing is in it. A context manager."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="crm-apiserver-")
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._token = secrets.token_hex(16)
        self.url = ""

    def __enter__(self) -> ApiServer:
        """Raises Missing: the programs are not there, or do not start."""
        try:
            self._start(SERVER.build())
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def client(self) -> httpx.Client:
        """Speaks to it as its administrator."""
        trusted = ssl.create_default_context(cafile=str(Path(self._folder.name) / "pki" / "apiserver.crt"))
        headers = {"Authorization": f"Bearer {self._token}"}
        return httpx.Client(base_url=self.url, verify=trusted, headers=headers, timeout=30, trust_env=False)

    @property
    def accounts_key(self) -> Path:
        """What tokens of service accounts are signed with."""
        return Path(self._folder.name) / "accounts.key"

    def config(self) -> Path:
        """A kubeconfig of its administrator."""
        cluster = {"server": self.url, "certificate-authority": str(Path(self._folder.name) / "pki" / "apiserver.crt")}
        file = Path(self._folder.name) / "kubeconfig"
        whole = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "crm", "cluster": cluster}],
            "users": [{"name": "admin", "user": {"token": self._token}}],
            "contexts": [{"name": "crm", "context": {"cluster": "crm", "user": "admin"}}],
            "current-context": "crm",
        }
        file.write_text(json.dumps(whole))
        return file

    def run(self, program: Path, **flags: object) -> None:
        """Start a program that ends before the API server does; its log is `said(program.name)`."""
        command = [str(program), *(f"--{name.replace('_', '-')}={value}" for name, value in flags.items())]
        with self._log(program.name).open("wb") as log:
            self._processes[program.name] = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def ended(self) -> list[str]:
        """What ended by itself, each with the last line that it said."""
        return [f"{name}: {self.said(name)}" for name, one in self._processes.items() if one.poll() is not None]

    def said(self, name: str) -> str:
        """The last line of a program's log."""
        return (self._log(name).read_text(errors="replace").strip().splitlines() or ["it said nothing"])[-1]

    def _log(self, name: str) -> Path:
        return Path(self._folder.name) / f"{name}.log"

    def stop(self) -> None:
        """End what was started, etcd last, by their process ids."""
        for process in reversed(self._processes.values()):
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes.clear()
        self._folder.cleanup()

    def _start(self, binaries: Path) -> None:
        folder = Path(self._folder.name)
        store, peers, port = free_ports(3)
        self.run(
            binaries / "etcd",
            data_dir=folder / "etcd",
            listen_client_urls=f"http://127.0.0.1:{store}",
            advertise_client_urls=f"http://127.0.0.1:{store}",
            listen_peer_urls=f"http://127.0.0.1:{peers}",
            unsafe_no_fsync="true",
        )
        (folder / "tokens").write_text(f"{self._token},admin,admin,system:masters\n")
        _write_keys(folder)
        self.run(
            binaries / "kube-apiserver",
            etcd_servers=f"http://127.0.0.1:{store}",
            bind_address="127.0.0.1",
            advertise_address="127.0.0.1",
            secure_port=port,
            cert_dir=folder / "pki",
            token_auth_file=folder / "tokens",
            service_cluster_ip_range="10.0.0.0/24",
            service_account_issuer="https://127.0.0.1",
            service_account_key_file=folder / "accounts.pub",
            service_account_signing_key_file=self.accounts_key,
            authorization_mode="RBAC",
            endpoint_reconciler_type="none",
            allow_privileged="true",  # else it refuses such pods before their security is judged
        )
        self.url = f"https://127.0.0.1:{port}"
        self._wait()

    def _wait(self) -> None:
        """Until it is ready. Raises Missing."""
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until and not self.ended():
            try:
                with self.client() as client:
                    if client.get("/readyz").is_success:
                        return
            except (OSError, httpx.HTTPError):
                pass
            time.sleep(0.1)
        raise Missing(f"the API server did not start: {self.said('kube-apiserver')}")


def _write_keys(folder: Path) -> None:
    """The pair that tokens of service accounts are signed with."""
    key = rsa.generate_private_key(65537, 2048)
    pem, none = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "accounts.key").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.TraditionalOpenSSL, none))
    public = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    (folder / "accounts.pub").write_bytes(public)
