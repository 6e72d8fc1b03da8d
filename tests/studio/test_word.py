"""Word documents as people write them; what is no text is named; broken and hostile files are told in words."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Mapping

import docx
import pytest
from docx.document import Document as WordDocument

from ivr.studio.documents.document import Unreadable
from ivr.studio.documents.sources import read_source
from ivr.studio.documents.word import MOST_BYTES, MOST_TEXT_BYTES, read_word

WORDPROCESSING = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


PNG = b"".join(
    [
        b"\x89PNG\r\n\x1a\n",
        chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        chunk(b"IDAT", zlib.compress(b"\0\0")),
        chunk(b"IEND", b""),
    ]
)


def saved(document: WordDocument) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def lines(document: WordDocument, *texts: str) -> None:
    for text in texts:
        document.add_paragraph(text)


def table(document: WordDocument, *rows: tuple[str, ...]) -> None:
    made = document.add_table(rows=len(rows), cols=len(rows[0]))
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            made.cell(row, column).text = text


def listed(document: WordDocument, style: str, *options: tuple[str, bool]) -> None:
    for text, bold in options:
        document.add_paragraph(style=style).add_run(text).bold = bold


def by_the_template() -> WordDocument:
    document = docx.Document()
    document.add_heading("谨防电信诈骗", 0)
    table(document, ("课号：", "003"), ("目标", "[党员, 高龄组]"), ("读音", "重庆：崇庆\n六盘水：陆盘水"))
    document.add_heading("开头", 1)
    document.add_paragraph("同志们好，").add_run("不听、不信").bold = True
    document.add_heading("第一段 骗子", 1)
    lines(document, "骗子的办法：")
    listed(document, "List Number", ("冒充家人", False), ("冒充公安", False))
    document.add_heading("测验", 1)
    document.add_heading("接到陌生电话怎么办？", 2)
    listed(document, "List Number", ("马上转账", False), ("挂断电话", True), ("告诉密码", False))
    lines(document, "答对：说得对。", "答错：先挂电话。")
    document.add_heading("报警电话是多少？", 2)
    listed(document, "List Bullet", ("√ 110", False), ("114", False))
    document.add_heading("结尾", 1)
    lines(document, "谢谢您。")
    return document


def test_a_document_by_the_template() -> None:
    source = read_source("x", ".docx", saved(by_the_template()))
    assert source.left_out == ()
    assert source.text == (
        "---\n标题: 谨防电信诈骗\n课号: 003\n目标: 党员, 高龄组\n读音:\n  重庆: 崇庆\n  六盘水: 陆盘水\n---\n\n"
        "# 开头\n\n同志们好，**不听、不信**\n\n# 第一段 骗子\n\n骗子的办法：\n\n1. 冒充家人\n2. 冒充公安\n\n"
        "# 测验\n\n## 接到陌生电话怎么办？\n- [ ] 马上转账\n- [x] 挂断电话\n- [ ] 告诉密码\n> 答对：说得对。\n"
        "> 答错：先挂电话。\n\n## 报警电话是多少？\n- [x] 110\n- [ ] 114\n\n# 结尾\n\n谢谢您。\n"
    )


def test_an_ordinary_document_without_styles() -> None:
    document = docx.Document()
    document.add_paragraph().add_run("冬季取暖安全").bold = True
    lines(document, "老人家好。今天讲取暖。")
    document.add_paragraph().add_run("生炉子以前").bold = True
    lines(document, "先看烟囱。\n再开窗。", "思考题：", "1．头晕先做什么？（ A ）", "A．出门\tB．睡觉")
    listed(document, "List Number", ("烟囱堵了也可以生火。（×）", False))
    assert read_source("x", ".docx", saved(document)).text == (
        "---\n标题: 冬季取暖安全\n---\n\n# 开头\n\n老人家好。\n今天讲取暖。\n\n# 生炉子以前\n\n先看烟囱。\n再开窗。\n\n"
        "# 测验\n\n## 头晕先做什么？\n- [x] 出门\n- [ ] 睡觉\n\n## 烟囱堵了也可以生火。\n- [ ] 对\n- [x] 错\n"
    )


def test_numbered_questions_with_their_options_inside_or_below() -> None:
    document = docx.Document()
    document.add_heading("测验", 1)
    for words in ("先做什么？", "后做什么？"):
        document.add_paragraph(words, style="List Number")
        lines(document, "A. 出门", "B. 睡觉", "答案：A")
    questions = read_word(saved(document)), read_source("x", ".docx", saved(document)).questions
    assert [(each.words, each.options, each.right) for each in questions[1]] == [
        ("先做什么？", ("出门", "睡觉"), (0,)),
        ("后做什么？", ("出门", "睡觉"), (0,)),
    ]


def test_a_text_in_a_frame_is_text() -> None:
    document = docx.Document()
    table(document, ("同志们好。",))
    assert "# 开头\n\n同志们好。\n" in read_source("x", ".docx", saved(document)).text


def test_a_frame_around_a_frame_is_read_once() -> None:
    document = docx.Document()
    cell = document.add_table(rows=1, cols=1).cell(0, 0)
    cell.text = "同志们好。"
    cell.add_table(rows=1, cols=1).cell(0, 0).text = "先挂电话。"
    assert read_source("x", ".docx", saved(document)).text.endswith("# 开头\n\n同志们好。\n\n先挂电话。\n")


def test_what_word_keeps_beside_the_text() -> None:
    """Changes that are tracked count as accepted; text in a box is text; what mammoth does not know is named."""
    run = "<w:r><w:t>{}</w:t></w:r>"
    box = f"<w:pict><w:txbxContent><w:p>{run.format('框里。')}</w:p></w:txbxContent></w:pict>"
    body = (
        f'<w:p>{run.format("先")}<w:ins w:id="1">{run.format("挂")}</w:ins>'
        f'<w:del w:id="2"><w:r><w:delText>打</w:delText></w:r></w:del>{run.format("断。")}</w:p>'
        f"<w:p><w:r>{box}</w:r></w:p><w:tbl/><w:p><w:oMath/>{run.format('完。')}</w:p>"
    )
    document = read_word(with_body(body))
    assert [block.text for block in document.blocks] == ["先挂断。", "框里。", "完。"]
    assert document.left_out == ("somewhere: what Word calls oMath",)


def test_what_is_no_text_is_named_with_its_place() -> None:
    document = by_the_template()
    document.add_picture(io.BytesIO(PNG))
    table(document, ("月份", "人数"), ("一月", "20"))
    document.add_paragraph("再见。").add_run("不要这句").font.strike = True
    assert read_source("x", ".docx", saved(document)).left_out == (
        "after '谢谢您。': a picture",
        "after '谢谢您。': a table, '月份 | 人数'; write in sentences what it says",
        "after '谢谢您。': the crossed-out words '不要这句'",
    )


def with_parts(parts: Mapping[str, bytes]) -> bytes:
    """A document with some of its parts replaced or added."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(saved(by_the_template()))) as good,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for name, content in {**{name: good.read(name) for name in good.namelist()}, **parts}.items():
            made.writestr(name, content)
    return out.getvalue()


def with_part(name: str, content: bytes) -> bytes:
    return with_parts({name: content})


def xml(tag: str, content: str) -> bytes:
    return f'<?xml version="1.0"?><w:{tag} xmlns:w="{WORDPROCESSING}">{content}</w:{tag}>'.encode()


def with_body(body: str, **parts: bytes) -> bytes:
    """A document of this body, and of more parts by their names in word/."""
    more = {f"word/{name}.xml": content for name, content in parts.items()}
    return with_parts({"word/document.xml": xml("document", f"<w:body>{body}</w:body>"), **more})


def item(text: str, level: int) -> str:
    numbered = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="7"/></w:numPr>'
    return f"<w:p><w:pPr>{numbered}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def test_options_in_a_list_inside_a_list_of_questions() -> None:
    levels = "".join(f'<w:lvl w:ilvl="{n}"><w:numFmt w:val="{f}"/></w:lvl>' for n, f in ((0, "decimal"), (1, "bullet")))
    numbers = f'<w:abstractNum w:abstractNumId="3">{levels}</w:abstractNum>'
    numbers += '<w:num w:numId="7"><w:abstractNumId w:val="3"/></w:num>'
    lines = (("先做什么？", 0), ("√出门", 1), ("睡觉", 1), ("后做什么？", 0), ("睡觉", 1), ("出门√", 1))
    body = "<w:p><w:r><w:t>测验</w:t></w:r></w:p>" + "".join(item(*line) for line in lines)
    data = with_body(body, numbering=xml("numbering", numbers))
    assert [(each.words, each.options, each.right) for each in read_source("x", ".docx", data).questions] == [
        ("先做什么？", ("出门", "睡觉"), (0,)),
        ("后做什么？", ("睡觉", "出门"), (1,)),
    ]


def test_a_footnote_is_left_out() -> None:
    note = '<w:footnote w:id="2"><w:p><w:r><w:t>见报纸。</w:t></w:r></w:p></w:footnote>'
    body = '<w:p><w:r><w:t>先挂断</w:t></w:r><w:r><w:footnoteReference w:id="2"/></w:r><w:r><w:t>。</w:t></w:r></w:p>'
    document = read_word(with_body(body, footnotes=xml("footnotes", note)))
    assert [block.text for block in document.blocks] == ["先挂断。"]
    assert document.left_out == ("after '先挂断。': the note '见报纸。'",)


def with_entities() -> bytes:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
    declared = f'<!DOCTYPE x [<!ENTITY e0 "{"x" * 1000}">{entities}]>'
    body = "<w:p><w:r><w:t>&e8;</w:t></w:r></w:p>"
    return with_part(
        "word/document.xml", xml("document", f"<w:body>{body}</w:body>").replace(b"?>", f"?>{declared}".encode(), 1)
    )


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: b"", "not a zip file"),
        (lambda: "同志们好。".encode(), "not a zip file"),
        (lambda: saved(by_the_template())[:-200], "not a zip file"),
        (lambda: saved(by_the_template()).replace(b"word/document.xml", b"word/documant.xml"), "save it anew as .docx"),
        (lambda: with_part("word/document.xml", b"<a>"), "save it anew as .docx"),
        (lambda: with_part("[Content_Types].xml", b""), "save it anew as .docx"),
        (lambda: with_body("<w:tbl><w:tr><w:tc>" * 3000 + "</w:tc></w:tr></w:tbl>" * 3000), "save it anew as .docx"),
        (with_entities, "save it anew as .docx"),
        (lambda: with_part("word/document.xml", b"\0" * (MOST_TEXT_BYTES + 1)), "far more text than a lesson"),
        (lambda: b"PK\x03\x04".ljust(MOST_BYTES + 1, b"\0"), "larger than 50 MB"),
        (lambda: b"\xd0\xcf\x11\xe0".ljust(9000, b"\0"), "an old Word or of WPS"),
        (lambda: b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "take the password off"),
    ],
)  # fmt: skip
def test_a_file_that_can_not_be_read_is_told_in_one_line(make: Callable[[], bytes], told: str) -> None:
    with pytest.raises(Unreadable, match=told) as raised:
        read_word(make())
    assert "\n" not in str(raised.value)


def test_a_zip_bomb_is_refused_before_it_goes_off() -> None:
    bomb = with_part("word/document.xml", b"\0" * (100 << 20))
    assert len(bomb) < 1 << 20
    tracemalloc.start()
    with pytest.raises(Unreadable):
        read_word(bomb)
    most_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most_bytes < 20 << 20


def test_pictures_cost_nothing() -> None:
    document = by_the_template()
    document.add_picture(io.BytesIO(PNG))
    heavy = io.BytesIO(saved(document))
    with zipfile.ZipFile(heavy, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/media/photo.bmp", b"\0" * (MOST_TEXT_BYTES * 2))
    assert read_word(heavy.getvalue()).title == "谨防电信诈骗"
