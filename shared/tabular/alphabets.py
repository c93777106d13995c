"""The letters beyond ASCII of languages, which show an encoding of one byte for each letter."""

from __future__ import annotations

NEUTRAL = frozenset("–—‘’“”„‚…•€£¥©®™°§«»‹›¿¡ºª·²³¼½¾×ˆ\u00a0\u00ad№")  # signs of all languages
_WEST = "äöüß àâæçéèêëîïôœùûüÿ áéíñóúü àáâãçéêíóôõúü àèéìíîòóùú åäöé æøåéö áæðéíóúýþö éëïöüáóèê àçèéíïòóúü"
_EAST = "ąćęłńóśźż áčďéěíňóřšťúůýž áäčďéíĺľňóôŕšťúýž áéíóöőúüű ăâîşţșț čćđšž čšž"
_TURKISH = "çğıöşüâîû"
_BALTIC = "ąčęėįšųūž āčēģīķļņšūž äõöüšž"
_CYRILLIC = (
    "абвгдежзийклмнопрстуфхцчшщъыьэюяё абвгґдеєжзиіїйклмнопрстуфхцчшщьюя абвгдежзийклмнопрстуфхцчшщъьюя "
    "абвгдђежзијклљмнњопрстћуфхцчџш"
)
_GREEK = "αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊϋΐΰ"
_HEBREW = "אבגדהוזחטיךכלםמןנסעףפץצקרשת"
_ARABIC = "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيپچژگک"
_THAI = "".join(chr(c) for c in range(0x0E01, 0x0E5C))
_EACH = (_WEST, _EAST, _TURKISH, _BALTIC, _CYRILLIC, _GREEK, _HEBREW, _ARABIC, _THAI)
FAMILIES = tuple(tuple(frozenset(language) for language in family.split()) for family in _EACH)
LANGUAGES = tuple(language for family in FAMILIES for language in family)
