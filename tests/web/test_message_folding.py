"""Messages told as a template is compiled are what Jinja's own gettext would have said."""

import pytest
from jinja2 import Environment, nodes
from markupsafe import Markup

from web.language import LANGUAGES
from web.message_folding import FoldingEnvironment
from web.templating import TEMPLATES, environment

SAID = {"plain": "<b>plain</b>", "share": "100%% of %(name)s", "all": "100%%"}


def say(message):
    return SAID.get(message, message)


def environments():
    folding = FoldingEnvironment(say, autoescape=True, extensions=["jinja2.ext.i18n"])
    plain = Environment(autoescape=True, extensions=["jinja2.ext.i18n"])
    for env in (folding, plain):
        env.install_gettext_callables(say, lambda one, more, n: one if n == 1 else more, newstyle=True)
    return folding, plain


@pytest.mark.parametrize(
    "source",
    [
        '{{ _("plain") }}',
        '{{ _("all") }} {{ gettext("all") }}',
        '{{ _("share", name=name) }}',
        "{{ _(name) }}",
        '{{ _("plain") ~ name }} {{ [_("plain"), name] | join("、") }}',
        '{% macro shown(text) %}<i title="{{ text }}">{{ text }}</i>{% endmacro %}{{ shown(_("plain")) }}',
        "{% trans %}plain{% endtrans %}",
        '{{ ngettext("%(num)s one", "%(num)s many", 2) }}',
    ],
)
def test_what_is_folded_reads_as_before(source):
    written = [env.from_string(source).render(name="<x>") for env in environments()]
    assert written[0] == written[1]


def test_a_message_without_values_is_asked_for_once_however_often_it_is_shown():
    asked = []

    def once(message):
        asked.append(message)
        return say(message)

    env = FoldingEnvironment(once, autoescape=True, extensions=["jinja2.ext.i18n"])
    env.install_gettext_callables(once, once, newstyle=True)
    shown = env.from_string('{% for _i in range(50) %}{{ _("plain") }}{% endfor %}').render()
    assert shown == Markup("<b>plain</b>") * 50
    assert asked == ["plain"]


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_page_asks_for_a_message_that_takes_no_values(code):
    env = environment(code)
    left = []
    for name in env.list_templates():
        parsed = env.parse((TEMPLATES / name).read_text("utf-8"), name)
        for call in env.folded(parsed).find_all(nodes.Call):
            named = call.node.name if isinstance(call.node, nodes.Name) else ""
            if named in ("_", "gettext") and not call.kwargs and isinstance(call.args[0], nodes.Const):
                left.append((name, call.args[0].value))
    assert left == []
