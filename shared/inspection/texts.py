"""The words of a file, by its media type: cut off at MOST_TEXT characters, which is all that is kept of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from html.parser import HTMLParser

from charset_normalizer import from_bytes

from shared.inspection.found import MOST_TEXT, NO_TEXT, OFFICE, PLAIN, TYPE, Unreadable
from shared.inspection.office import office_text
from shared.inspection.pdf import pdf_text

_SPACES, _LINES = re.compile(r"[^\S\n]+"), re.compile(r"\n\s*\n\s*")
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_SAMPLE = 64 << 10  # bytes by which an encoding is guessed


def text_of(content: bytes, media: str) -> str:
    """Raises Unreadable, and whatever a reader of a broken file raises."""
    found = _tidy(_reader(media)(content))
    if not found:
        raise Unreadable(NO_TEXT)
    return found


def _reader(media: str) -> Callable[[bytes], Iterable[str]]:
    if media == "application/pdf":
        return pdf_text
    if OFFICE.fullmatch(media):
        return office_text
    if media == "message/rfc822":
        return _mail
    if media == "text/html":
        return lambda content: [_without_tags(decoded(content))]
    if PLAIN.fullmatch(media):
        return lambda content: [decoded(content)]
    raise Unreadable(TYPE)


def _tidy(parts: Iterable[str]) -> str:
    """The parts up to the limit, without needless space."""
    found, length = list[str](), 0
    for part in parts:
        some = _LINES.sub("\n", _SPACES.sub(" ", _UNSEEN.sub(" ", part[: 4 * MOST_TEXT]))).strip()
        if some:
            found.append(some)
            length += len(some) + 1
        if length > MOST_TEXT:
            break
    return "\n".join(found)[:MOST_TEXT].strip()


def decoded(content: bytes) -> str:
    """A text file by its mark, as UTF-8, else in the likeliest encoding."""
    head = content[: 8 * MOST_TEXT]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    try:
        return head.decode("utf-8-sig", "strict" if len(head) == len(content) else "ignore")
    except UnicodeDecodeError:
        best = from_bytes(head[:_SAMPLE]).best()
        return head.decode(best.encoding if best else "latin-1", "replace")


def _mail(content: bytes) -> Iterator[str]:
    """Who wrote what to whom, the words, and the names of what is attached."""
    message = BytesParser(policy=policy.default).parsebytes(content)
    assert isinstance(message, EmailMessage)
    yield from (str(message[name] or "") for name in ("subject", "from", "to", "cc"))
    body = message.get_body(("plain", "html"))
    if isinstance(body, EmailMessage):
        words = str(body.get_content())
        yield _without_tags(words) if body.get_content_type() == "text/html" else words
    yield from (part.get_filename() or "" for part in message.iter_attachments())


class _Words(HTMLParser):
    _UNSAID = frozenset({"script", "style", "template", "noscript"})

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._unsaid = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unsaid += tag in self._UNSAID

    def handle_endtag(self, tag: str) -> None:
        self._unsaid -= tag in self._UNSAID and self._unsaid > 0

    def handle_data(self, data: str) -> None:
        if not self._unsaid:
            self.said.append(data)


def _without_tags(html: str) -> str:
    parser = _Words()
    parser.feed(html)
    parser.close()
    return " ".join(parser.said)
