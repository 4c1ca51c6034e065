"""Chinese typing on Linux: Qt's wheel has no fcitx plugin, but speaks with fcitx5 through its IBus portal."""

from collections.abc import MutableMapping

FCITX = "fcitx"


def prepare_environment(environment: MutableMapping[str, str]) -> None:
    """To be called before the application is made; alters *environment* only in a session that uses fcitx.

    fcitx5 with its IBus front end answers Qt's own ibus plugin through the portal.
    """
    asked = (environment.get("QT_IM_MODULE", ""), environment.get("XMODIFIERS", ""))
    if any(FCITX in each for each in asked):
        environment["QT_IM_MODULE"] = "ibus"
        environment["IBUS_USE_PORTAL"] = "1"
