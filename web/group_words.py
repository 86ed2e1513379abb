"""What people read for the closed lists of a group, and the languages a group can be held in."""

from collections.abc import Mapping

from rooms.live.settings import ChatPolicy
from rooms.program.group import Camera, Entry, Kind, Topic

TOPICS: Mapping[Topic, str] = {
    Topic.ADDICTION: "Addiction and recovery",
    Topic.ANXIETY: "Anxiety",
    Topic.BEREAVEMENT: "Grief and loss",
    Topic.CAREGIVING: "Caring for somebody",
    Topic.CHRONIC_ILLNESS: "Long illness and pain",
    Topic.DEPRESSION: "Depression",
    Topic.DISABILITY: "Disability",
    Topic.EATING: "Eating",
    Topic.FAMILY: "Family",
    Topic.IDENTITY: "Identity",
    Topic.LONELINESS: "Loneliness",
    Topic.NEURODIVERGENCE: "Neurodivergence",
    Topic.PARENTING: "Parenting",
    Topic.RELATIONSHIPS: "Relationships and separation",
    Topic.TRAUMA: "Trauma",
    Topic.VIOLENCE: "Violence",
    Topic.WORK: "Work and study",
    Topic.OTHER: "Something else",
}
KINDS: Mapping[Kind, str] = {
    Kind.PEER_LED: "Led by peers",
    Kind.PROFESSIONAL_LED: "Led by a professional",
    Kind.PEER_HELD: "Held by the group itself",
}
ENTRIES: Mapping[Entry, str] = {
    Entry.OPEN: "Open to whoever asks",
    Entry.APPROVAL: "A host answers each one",
    Entry.CLOSED: "By invitation only",
}
SHORT_ENTRIES: Mapping[Entry, str] = {
    Entry.OPEN: "Open",
    Entry.APPROVAL: "By request",
    Entry.CLOSED: "By invitation",
}
CAMERAS: Mapping[Camera, str] = {
    Camera.OPTIONAL: "Camera optional",
    Camera.WELCOME: "Camera welcome, not needed",
    Camera.EXPECTED: "Camera expected",
    Camera.OFF: "Without cameras",
}
CHATS: Mapping[ChatPolicy, str] = {
    ChatPolicy.OFF: "None",
    ChatPolicy.FACILITATORS: "To facilitators only",
    ChatPolicy.ALL: "To everybody",
}

# By the name that their speakers give them.
LANGUAGES: Mapping[str, str] = {
    "ar": "العربية",
    "bg": "Български",
    "bn": "বাংলা",
    "ca": "Català",
    "cs": "Čeština",
    "cy": "Cymraeg",
    "da": "Dansk",
    "de": "Deutsch",
    "el": "Ελληνικά",
    "en": "English",
    "es": "Español",
    "et": "Eesti",
    "eu": "Euskara",
    "fa": "فارسی",
    "fi": "Suomi",
    "fr": "Français",
    "ga": "Gaeilge",
    "gl": "Galego",
    "he": "עברית",
    "hi": "हिन्दी",
    "hr": "Hrvatski",
    "hu": "Magyar",
    "id": "Bahasa Indonesia",
    "is": "Íslenska",
    "it": "Italiano",
    "ja": "日本語",
    "ko": "한국어",
    "lt": "Lietuvių",
    "lv": "Latviešu",
    "nl": "Nederlands",
    "no": "Norsk",
    "pl": "Polski",
    "pt": "Português",
    "ro": "Română",
    "ru": "Русский",
    "sk": "Slovenčina",
    "sl": "Slovenščina",
    "sr": "Српски",
    "sv": "Svenska",
    "sw": "Kiswahili",
    "ta": "தமிழ்",
    "tr": "Türkçe",
    "uk": "Українська",
    "ur": "اردو",
    "vi": "Tiếng Việt",
    "zh": "中文",
}


def language_name(code: str) -> str:
    return LANGUAGES.get(code, code)
