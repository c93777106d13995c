"""What makes pods of Deployments and Jobs on an API server: its controllers, its scheduler, and kwok as the nodes.

kwok says of each pod that it runs, and of a Job's that it has ended; no container is started.
"""

from __future__ import annotations

from pathlib import Path

from infra.k8s.apiserver.programs import Programs, go
from infra.k8s.apiserver.server import HERE, SERVER, ApiServer
from infra.kafka.broker import free_ports

KWOK = HERE.parent / "kwok"
STAGES = ("node/fast", "node/heartbeat-with-lease", "pod/fast")  # what kwok does with nodes and pods, in its own module


def _stages(target: Path) -> None:
    """The files in which kwok's module says what becomes of nodes and pods, as one."""
    module = Path(go("list", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/kwok", folder=KWOK))
    files = [file for name in STAGES for file in sorted((module / "kustomize/stage" / name).glob("*.yaml"))]
    texts = [file.read_text() for file in files if file.name != "kustomization.yaml"]
    (target / "stages.yaml").write_text("---\n".join(texts))


CONTROLLERS = Programs(
    "kubernetes-controllers",
    {
        "kube-controller-manager": (HERE, "k8s.io/kubernetes/cmd/kube-controller-manager"),
        "kube-scheduler": (HERE, "k8s.io/kubernetes/cmd/kube-scheduler"),
        "kwok": (KWOK, "sigs.k8s.io/kwok/cmd/kwok"),
    },
    SERVER.values,
    _stages,
)


def start_controllers(server: ApiServer) -> None:
    """Start them on a server, with which they end. Raises Missing."""
    folder, config = CONTROLLERS.build(), server.config()
    [port] = free_ports(1)
    alone = {"kubeconfig": config, "leader_elect": "false", "secure_port": 0}
    server.run(
        folder / "kube-controller-manager",
        **alone,
        service_account_private_key_file=server.accounts_key,
        horizontal_pod_autoscaler_sync_period="1s",
    )
    server.run(folder / "kube-scheduler", **alone)
    server.run(
        folder / "kwok",
        kubeconfig=config,
        config=folder / "stages.yaml",
        manage_all_nodes="true",
        node_lease_duration_seconds=40,
        server_address=f"127.0.0.1:{port}",
    )
