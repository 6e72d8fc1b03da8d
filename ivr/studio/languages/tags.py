"""The languages of lessons: what people and voices call them, and the one tag that each goes by here."""

from __future__ import annotations

# Languages without rules here: voices read them as they are written, numbers too. They are those that eSpeak NG 1.52
# has (espeak-ng/docs/languages.md), but for dialects, reconstructions, invented languages and those it can't count in.
_CODES = """
af am an ar as az ba be bg bn bpy bs ca cs cy da de el eo es et eu fa fi fr ga gd gn gu hak haw he hi hr ht hu hy hyw
ia id io is it ja ka kk kl kn ko kok ku ky la lb lt ltg lv mi mk ml mr ms mt mto my nb nci ne nl nog om or pa pap pl pt
quc qu ro ru sd shn si sk sl smj sq sr sv sw ta te th ti tk tn tr tt ug uk ur uz vi
"""
WITHOUT_RULES = frozenset(_CODES.split())
_NAMES = {
    **dict.fromkeys(("zh", "cmn", "zh_cn", "zh-tw", "中文", "汉语", "普通话", "chinese", "mandarin"), "zh"),
    **dict.fromkeys(("yue", "zh_hk", "zh-hk", "粤语", "粵語", "广东话", "廣東話", "cantonese"), "yue"),
    **dict.fromkeys(("en", "英文", "英语", "english"), "en"),
    **dict.fromkeys(("维吾尔语", "维语", "維吾爾語", "维吾尔文", "ئۇيغۇرچە", "uyghur", "uighur"), "ug"),
    **dict.fromkeys(("哈萨克语", "哈萨克文", "kazakh"), "kk"),
    **dict.fromkeys(("柯尔克孜语", "kyrgyz"), "ky"),
    **dict.fromkeys(("朝鲜语", "朝鲜文", "韩语", "korean"), "ko"),
}


def tag(name: str) -> str | None:
    """The tag of a language, by its name or by its code with or without a region (fr, fr-be); None for no language."""
    name = name.casefold()
    language = name.replace("_", "-").partition("-")[0]
    return _NAMES.get(name) or _NAMES.get(language) or (language if language in WITHOUT_RULES else None)
