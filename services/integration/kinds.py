"""The kinds of jobs that the imports role carries out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from services.integration.bulk.execution import BulkExecution
from services.integration.bulk.previews import BulkPreviewExecution
from services.integration.imports.execution import ImportExecution
from services.integration.imports.planning import DryRunExecution
from services.integration.jobs.execution import JobExecution
from services.integration.jobs.previews import PreviewExecution
from shared.kernel.catalogue import AnyAggregate


@dataclass(frozen=True, slots=True)
class JobKind:
    execution: type[JobExecution[Any]]
    preview: type[PreviewExecution[Any]]

    @property
    def aggregate(self) -> AnyAggregate:
        return self.execution.aggregate


KINDS = {
    kind.aggregate.name: kind
    for kind in (JobKind(ImportExecution, DryRunExecution), JobKind(BulkExecution, BulkPreviewExecution))
}
