"""Documents as strangers send them, made by hand: none of the libraries that read them has a part in it."""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO

from PIL import Image

_OOXML = "application/vnd.openxmlformats-officedocument"
DOCX = f"{_OOXML}.wordprocessingml.document"
XLSX = f"{_OOXML}.spreadsheetml.sheet"
PPTX = f"{_OOXML}.presentationml.presentation"
ODT = "application/vnd.oasis.opendocument.text"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_O = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"


def packed(parts: dict[str, str | bytes], flags: int = 0) -> bytes:
    """A ZIP file. flags: general purpose bits of each entry; 1 = encrypted."""
    held = BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name, content)
    whole = bytearray(held.getvalue())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = whole.find(mark)
        while flags and start >= 0:
            whole[start + at] |= flags
            start = whole.find(mark, start + 4)
    return bytes(whole)


def docx(*paragraphs: str) -> bytes:
    """Each paragraph in two runs, as editors write them."""
    body = "".join(f"<w:p><w:r><w:t>{p[:3]}</w:t></w:r><w:r><w:t>{p[3:]}</w:t></w:r></w:p>" for p in paragraphs)
    document = f'<w:document xmlns:w="{_W}"><w:body>{body}<w:instrText>FIELD</w:instrText></w:body></w:document>'
    footer = f'<w:ftr xmlns:w="{_W}"><w:p><w:r><w:t>Footer words</w:t></w:r></w:p></w:ftr>'
    types = "<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'/>"
    return packed({"[Content_Types].xml": types, "word/document.xml": document, "word/footer1.xml": footer})


def xlsx() -> bytes:
    shared = f'<sst xmlns="{_S}"><si><t>Invoice</t></si><si><r><t>Grö</t></r><r><t>ße</t></r></si></sst>'
    cells = '<c t="s"><v>0</v></c><c><v>4711</v></c><c t="inlineStr"><is><t>inline</t></is></c><c t="s"><v>1</v></c>'
    sheet = f'<worksheet xmlns="{_S}"><sheetData><row>{cells}</row></sheetData></worksheet>'
    types = "<Types/>"
    return packed({"[Content_Types].xml": types, "xl/sharedStrings.xml": shared, "xl/worksheets/sheet1.xml": sheet})


def pptx(*slides: str) -> bytes:
    parts: dict[str, str | bytes] = {"[Content_Types].xml": "<Types/>"}
    for n, text in enumerate(slides, 1):
        parts[f"ppt/slides/slide{n}.xml"] = (
            f'<p:sld xmlns:p="p" xmlns:a="{_A}"><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:sld>'
        )
    return packed(parts)


def odt(inner: str) -> bytes:
    body = f'<office:document-content xmlns:office="o" xmlns:text="{_O}">{inner}</office:document-content>'
    return packed({"mimetype": ODT, "content.xml": body})


def pdf(*pages: str, trailer: str = "") -> bytes:
    """A page per text, in a font that every reader has."""
    objects = ["<</Type/Catalog/Pages 2 0 R>>", "", "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    kids = []
    for text in pages:
        stream = f"BT /F1 24 Tf 40 700 Td ({text}) Tj ET"
        objects.append(f"<</Length {len(stream)}>>\nstream\n{stream}\nendstream")
        kids.append(f"{len(objects) + 1} 0 R")
        objects.append(
            "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>"
            f"/Contents {len(objects)} 0 R>>"
        )
    objects[1] = f"<</Type/Pages/Count {len(kids)}/Kids[{' '.join(kids)}]>>"
    content, places = b"%PDF-1.4\n", []
    for n, one in enumerate(objects, 1):
        places.append(len(content))
        content += f"{n} 0 obj\n{one}\nendobj\n".encode("latin-1")
    table = "".join(f"{at:010} 00000 n \n" for at in places)
    size = len(places) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<</Size {size}/Root 1 0 R{trailer}>>\n"
    return content + f"{end}startxref\n{len(content)}\n%%EOF\n".encode()


def encrypted_pdf() -> bytes:
    """Its user's password is not the empty one."""
    key = "41" * 32
    encrypt = f"/Encrypt<</Filter/Standard/V 1/R 2/O<{key}>/U<{key}>/P -4>>/ID[<{'42' * 16}><{'42' * 16}>]"
    return pdf("secret", trailer=encrypt)


def picture(format_: str = "JPEG", size: tuple[int, int] = (800, 600), colour: str = "red") -> bytes:
    """As a camera makes it: it lies on its side, and says where it was taken and by whom."""
    held, exif = BytesIO(), Image.Exif()
    exif[0x0112], exif[0x013B] = 6, "Ann Canary"
    exif.get_ifd(0x8825)[1] = "N"
    Image.new("RGB", size, colour).save(held, format_, exif=exif)
    return held.getvalue()


def png_of(width: int, height: int) -> bytes:
    """A few bytes that say they are so many pixels."""
    held = BytesIO()
    Image.new("1", (1, 1)).save(held, "PNG")
    content = bytearray(held.getvalue())
    content[16:24] = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    return bytes(content)
