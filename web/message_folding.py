"""Messages translated as a template is compiled: its environment speaks one language, and most messages take no values.

A page of fifty rows says the same few words hundreds of times. Messages with values are told where they stand.
"""

from collections.abc import Callable
from typing import Any

from jinja2 import Environment, nodes
from jinja2.visitor import NodeTransformer


class FoldingEnvironment(Environment):
    """An environment in which ``_("…")`` without values is a constant of the compiled template: what ``say`` says.

    What is said is taken for markup, and ``%%`` in it for one percent sign, as Jinja's own ``gettext`` does.
    """

    def __init__(self, say: Callable[[str], str], **options: Any) -> None:
        super().__init__(**options)
        self._say = say

    def compile(self, source: str | nodes.Template, *args: Any, **kwargs: Any) -> Any:
        """Compile ``source`` as Jinja does, once its messages are told."""
        name, filename = (*args, None, None)[:2]
        parsed = source if isinstance(source, nodes.Template) else self.parse(source, name, filename)
        return super().compile(self.folded(parsed), *args, **kwargs)

    def folded(self, parsed: nodes.Template) -> nodes.Template:
        """Return ``parsed`` with every message without values told."""
        folded: nodes.Template = _Folding(self._say).visit(parsed)
        return folded


class _Folding(NodeTransformer):
    def __init__(self, say: Callable[[str], str]) -> None:
        self._say = say

    def visit_Call(self, node: nodes.Call, *args: Any, **kwargs: Any) -> nodes.Node:  # noqa: N802  (the visitor's name)
        self.generic_visit(node, *args, **kwargs)
        if not isinstance(node.node, nodes.Name) or node.node.name not in ("_", "gettext"):
            return node
        if len(node.args) != 1 or node.kwargs or node.dyn_args or node.dyn_kwargs:
            return node
        message = node.args[0]
        if not isinstance(message, nodes.Const) or not isinstance(message.value, str):
            return node
        return nodes.MarkSafe(nodes.Const(self._say(message.value) % {}), lineno=node.lineno)
