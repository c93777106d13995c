"""How sample data is marked, in each language: as the source of its records, or as a tag."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.messages.languages import Language

SAMPLE_MARKS: Final[Mapping[Language, str]] = {"en": "Sample data", "zh-CN": "示例数据", "zh-TW": "範例資料"}
