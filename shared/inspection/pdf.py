"""PDF through PDFium: the words of its pages, and a picture of the first one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pypdfium2
from PIL import Image
from pypdfium2.raw import FPDF_ERR_PASSWORD

from shared.inspection.found import BROKEN, ENCRYPTED, Unreadable

MOST_PAGES = 2_000
_PASSWORD = FPDF_ERR_PASSWORD


def pdf_text(content: bytes) -> Iterator[str]:
    """Page by page. Raises Unreadable."""
    with _opened(content) as document:
        for number in range(min(len(document), MOST_PAGES)):
            page = document[number]
            words = page.get_textpage()
            yield words.get_text_range()
            words.close()
            page.close()


def first_page(content: bytes, longest: int) -> Image.Image:
    """longest: pixels of the longer side. Raises Unreadable."""
    with _opened(content) as document:
        page = document[0]
        scale = longest / max(*page.get_size(), 1.0)
        picture: Image.Image = page.render(scale=scale, may_draw_forms=False).to_pil()
        return picture.convert("RGB")


@contextmanager
def _opened(content: bytes) -> Iterator[pypdfium2.PdfDocument]:
    try:
        document = pypdfium2.PdfDocument(content)
        if not len(document):
            raise Unreadable(BROKEN)
        yield document
    except pypdfium2.PdfiumError as error:
        raise Unreadable(ENCRYPTED if error.err_code == _PASSWORD else BROKEN) from None
