"""Texts made plain before they are judged: one spelling for what reads the same to a person.

Pure string work. Knows no rule and no list; the word lists are written in the spelling that comes out of here.
"""

import html
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

NAMED = "namedperson"  # stands for a person's name filled in while interviewing: `${member_name}`, `(NAME)`

_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufe00-\ufe0f]"
)
_INLINE = re.compile(r"</?(?:b|i|u|em|strong|span|font|small|sub|sup|mark)\b[^<>]{0,300}>", re.IGNORECASE)
_TAGS = re.compile(r"</?[a-zA-Z][^<>]{0,300}>|<!--.*?-->", re.DOTALL)
_LINK = re.compile(r"!?\[([^\[\]]{0,300})\]\([^()]{0,500}\)")
_REFERENCE = re.compile(r"\$\{ *([^{}$]{0,200}?) *\}")
_TASHKEEL = re.compile(r"[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640]")  # and tatweel
_ARABIC = str.maketrans(
    {
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ې": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه",
        "ۀ": "ه", "ە": "ه", "ک": "ك", "گ": "ك", "ھ": "ه", "ہ": "ه", "؟": "?", "؛": ";", "،": ",", "٪": "%",
        "ـ": "",
    }
)  # fmt: skip
# Traditional characters of the terms in the lists and of the words around them.
_HAN = str.maketrans(
    "證號碼護歲齡電話聯繫絡繳誰嗎麼國際遠親屬鄰門戶冊這個們説說語種習慣應該務員職業單農場車駕駛執學縣鄉鎮"
    "區黨團體選舉舊擇聖經禮會組織廟觀視參與過進遊還離開來從為後書記錄紀頻攝臉對識別紋聲樣檢驗檔簽遷訪問題"
    "調總數據訊網軟帳賬隨機關係稱謂歷曆陽陰時間東亞歐華漢滿壯維爾彞瑤鮮達薩倫錫烏茲羅貢獻給養獨聽讀寫買賣"
    "衛產診療藥費價錢貧難災傷殘醫師長輩兒孫婦媽爺處廠環術無夠燈熱氣頭髮鬚鬍蓋紗禱齋誦講傳統節慶張貼畫圖標"
    "誌誠愛歡實質現領導幹層級鐵牆燒飯廁糞溝鬧談論議協幫報蹤跡監僱傭幾歸齊飲飼豬雞魚餘債貸須顏膚圍繞壞樓頂"
    "幣鍋爐線斷點讓況態險築採濾潔滌劑糧餓擔憂營確認",
    "证号码护岁龄电话联系络缴谁吗么国际远亲属邻门户册这个们说说语种习惯应该务员职业单农场车驾驶执学县乡镇"
    "区党团体选举旧择圣经礼会组织庙观视参与过进游还离开来从为后书记录纪频摄脸对识别纹声样检验档签迁访问题"
    "调总数据讯网软账账随机关系称谓历历阳阴时间东亚欧华汉满壮维尔彝瑶鲜达萨伦锡乌兹罗贡献给养独听读写买卖"
    "卫产诊疗药费价钱贫难灾伤残医师长辈儿孙妇妈爷处厂环术无够灯热气头发须胡盖纱祷斋诵讲传统节庆张贴画图标"
    "志诚爱欢实质现领导干层级铁墙烧饭厕粪沟闹谈论议协帮报踪迹监雇佣几归齐饮饲猪鸡鱼余债贷须颜肤围绕坏楼顶"
    "币锅炉线断点让况态险筑采滤洁涤剂粮饿担忧营确认",
)
_HOMOGLYPHS = str.maketrans("аеорсухіјѕԁһɡɑοενι", "aeopcyxijsdhgaoevi")
_HAN_GAP = re.compile(r"(?<=[\u3400-\u9fff])[ \t·・*_\-./|]+(?=[\u3400-\u9fff])")
_SPACED_LETTERS = re.compile(r"(?<![a-z0-9])(?:[a-z][ .\-_*]){3,}[a-z](?![a-z0-9])")
_LEET = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "@": "a", "$": "s"}
_LEET_WORD = re.compile(r"(?<![\w@$])(?=[a-z0-9@$]*[a-z][0-9@$]+[a-z])[a-z0-9@$]{5,}(?![\w@$])")
_NAME_MARK = re.compile(
    r"[\[(<{«]\s*(?:the\s+)?(?:(?:child|person|member|respondent|head)(?:'s)?\s+)?(?:name|names|姓名|名字|الاسم|اسم)\s*[\])>}»]"
)
_SENTENCE = re.compile(r"[^?!;。；！\n]*?(?:[?!;。；！\n]|\.(?=\s|$)|$)")


@lru_cache(maxsize=20_000)
def plain(text: str) -> str:
    """Lower case, compatibility forms folded, markup, vowel signs and invisible characters gone, spaces single.

    Arabic letters lose their variants (أ is ا, ة is ه, ى is ي), traditional Chinese characters of the lists' terms
    become simplified, spaces within Chinese go, and letters spaced out or swapped for look-alikes are put right.
    """
    text = html.unescape(text)
    text = _TAGS.sub(" ", _INLINE.sub("", text))
    text = _LINK.sub(r"\1", text)
    text = (
        unicodedata.normalize("NFKC", text).replace("’", "'").replace("‘", "'").replace("`", "'").casefold()
    )
    text = _INVISIBLE.sub("", text)
    text = _TASHKEEL.sub("", text).translate(_ARABIC).translate(_HAN).replace("帐", "账")
    text = _NAME_MARK.sub(f" {NAMED} ", text).replace(f"{NAMED} '", f"{NAMED}'")
    text = re.sub(r"(?<=[^\W\d_])(?:\*+|~~)(?=[^\W\d_])", "", text)  # emphasis inside a word
    text = re.sub(r"(?<!\w)[*_#~]+|[*_~]+(?!\w)|\*", " ", text)
    text = re.sub(r"[\u2010-\u2015]", "-", text)
    if any("\u0370" <= letter <= "\u052f" for letter in text):
        text = re.sub(r"\w*[a-z]\w*", lambda word: word[0].translate(_HOMOGLYPHS), text)
    text = _HAN_GAP.sub("", text)
    text = _SPACED_LETTERS.sub(lambda letters: re.sub(r"[^a-z]", "", letters[0]), text)
    text = _LEET_WORD.sub(_unleet, text)
    return re.sub(r"[^\S\n]+", " ", text).strip()


def _unleet(word: re.Match[str]) -> str:
    """`r3lig10n` is `religion`; a code like `w4s5h` that is no word comes out no worse than it went in."""
    return "".join(_LEET.get(letter, letter) for letter in word[0])


def without_references(text: str, holds_a_name: Callable[[str], bool]) -> str:
    """`${x}` taken out; where x holds a person's name, `NAMED` put in its place."""
    return _REFERENCE.sub(
        lambda match: f" {NAMED} " if holds_a_name(match[1].rpartition("/")[2]) else " … ", text
    )


def sentences(text: str) -> list[str]:
    """A plain text's sentences, each with the mark that ends it."""
    return [sentence for match in _SENTENCE.finditer(text) if (sentence := match[0].strip(" \n"))]


@lru_cache(maxsize=20_000)
def name_words(name: str) -> str:
    """`hhHeadReligion_2` as words: `hh head religion 2`."""
    name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    name = re.sub(r"(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])", " ", name)
    return plain(re.sub(r"[_\-.:/]+", " ", name))


def scripts(text: str) -> frozenset[str]:
    """Which of the lists' scripts a text is written in: `latin`, `han`, `arabic`, `other`."""
    found = set()
    if re.search(r"[a-z]", text):
        found.add("latin")
    if re.search(r"[\u3400-\u9fff]", text):
        found.add("han")
    if re.search(r"[\u0621-\u064a]", text):
        found.add("arabic")
    if re.search(r"[^\W\d_a-z\u00aa-\u024f\u3400-\u9fff\u0600-\u06ff]", text):
        found.add("other")
    return frozenset(found)
