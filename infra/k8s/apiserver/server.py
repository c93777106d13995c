"""A Kubernetes API server with its etcd on loopback, built once from the coordinates in go.mod into the cache.

A build takes about ten minutes of processor time and 2 GB of memory. Nothing of Kubernetes runs pods here.
"""

from __future__ import annotations

import secrets
import shutil
import ssl
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from infra.cache import Missing, cache_of, made
from infra.kafka.broker import free_ports

HERE = Path(__file__).parent
VERSION = "1.36.3"  # of Kubernetes, as in go.mod
MODULES = {
    "kube-apiserver": (HERE, "k8s.io/kubernetes/cmd/kube-apiserver"),
    "etcd": (HERE.parent / "etcd", "go.etcd.io/etcd/server/v3"),
}
READY_SECONDS = 120.0
_VERSION = "k8s.io/component-base/version"


def cached() -> Path:
    """The folder of the binaries, built or not."""
    sums = b"".join((folder / "go.sum").read_bytes() for folder, _ in MODULES.values())
    return cache_of("kubernetes", sums)


def is_built() -> bool:
    """Whether the binaries are there."""
    folder = cached()
    return folder.with_name(f"{folder.name}.ready").exists()


def build() -> Path:
    """Build what is missing; the folder of the binaries. Raises Missing."""
    return made(cached(), _build)


def _build(target: Path) -> None:
    if shutil.which("go") is None:
        raise Missing("no Go here: the API server cannot be built, and the manifests were not tried on one")
    target.mkdir(parents=True)
    major, minor, _ = VERSION.split(".")
    named = {"gitVersion": f"v{VERSION}", "gitMajor": major, "gitMinor": minor}
    flags = "-s -w " + " ".join(f"-X {_VERSION}.{name}={value}" for name, value in named.items())
    for name, (folder, package) in MODULES.items():
        command = ["go", "build", "-mod=readonly", "-trimpath", "-ldflags", flags, "-o", str(target / name), package]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            said = (done.stderr.strip().splitlines() or [str(done.returncode)])[-1]
            raise Missing(f"{name} cannot be built, and the manifests were not tried on an API server: {said}")


class ApiServer:
    """One that has just begun: nothing is in it. A context manager."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="crm-apiserver-")
        self._processes: list[subprocess.Popen[bytes]] = []
        self._token = secrets.token_hex(16)
        self.url = ""

    def __enter__(self) -> ApiServer:
        """Raises Missing: the binaries are not there, or do not start."""
        try:
            self._start(build())
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

    def stop(self) -> None:
        """End the API server, then etcd, by their process ids."""
        for process in reversed(self._processes):
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
        self._run(
            binaries / "etcd",
            data_dir=folder / "etcd",
            listen_client_urls=f"http://127.0.0.1:{store}",
            advertise_client_urls=f"http://127.0.0.1:{store}",
            listen_peer_urls=f"http://127.0.0.1:{peers}",
            unsafe_no_fsync="true",
        )
        (folder / "tokens").write_text(f"{self._token},admin,admin,system:masters\n")
        _write_keys(folder)
        self._run(
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
            service_account_signing_key_file=folder / "accounts.key",
            authorization_mode="RBAC",
            endpoint_reconciler_type="none",
            allow_privileged="true",  # else it refuses such pods before their security is judged
        )
        self.url = f"https://127.0.0.1:{port}"
        self._wait()

    def _run(self, program: Path, **flags: object) -> None:
        command = [str(program), *(f"--{name.replace('_', '-')}={value}" for name, value in flags.items())]
        with (Path(self._folder.name) / f"{program.name}.log").open("wb") as log:
            self._processes.append(subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL))

    def _wait(self) -> None:
        """Until it is ready, with the service account that every pod needs. Raises Missing."""
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until and all(p.poll() is None for p in self._processes):
            try:
                with self.client() as client:
                    if client.get("/readyz").is_success:
                        return
            except (OSError, httpx.HTTPError):
                pass
            time.sleep(0.1)
        log = Path(self._folder.name) / "kube-apiserver.log"
        last = (log.read_text().strip().splitlines() or ["it said nothing"])[-1]
        raise Missing(f"the API server did not start: {last}")


def _write_keys(folder: Path) -> None:
    """The pair that tokens of service accounts are signed with."""
    key = rsa.generate_private_key(65537, 2048)
    pem, none = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "accounts.key").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.TraditionalOpenSSL, none))
    public = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    (folder / "accounts.pub").write_bytes(public)
