"""Templates compiled closer to what they print: English texts and icons are written in once.

A page asks for some hundred texts and dozens of icons that are the same for everybody. Where there
is one language they are put into the compiled template, and values are escaped without making an
object of each: what a page costs is then its rows.
"""

from collections.abc import MutableMapping
from types import FunctionType
from typing import Any

from flask.templating import Environment
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import Context, Macro
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape
from markupsafe import _escape_inner as escape_text  # type: ignore[attr-defined]  # private, plain str

ICONS = "macros/icons.html"
TEXT_NAMES = frozenset({"_", "gettext"})


class PageCode(CodeGenerator):
    """Code that escapes what is printed through `PageEnvironment.escaped`."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        if frame.eval_ctx.volatile or not frame.eval_ctx.autoescape or finalize.src is not None:
            super()._output_child_pre(node, frame, finalize)
        else:
            self.write("environment.escaped(")


class PageContext(Context):
    """A context that calls macros and plain functions at once: a page makes hundreds of calls."""

    def call(self, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call something that a template names, with what it asks to be passed."""
        kind = type(obj)
        if kind is not Macro and (kind is not FunctionType or hasattr(obj, "jinja_pass_arg")):
            return super().call(obj, *args, **kwargs)
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        return obj(self.eval_ctx, *args, **kwargs) if kind is Macro else obj(*args, **kwargs)


class PageEnvironment(Environment):
    """Flask's environment, with what never changes worked out when a template is compiled.

    `fold_texts`: there is one language, so a text is its own translation.
    `fold_icons`: the icons do not change while the program runs.
    """

    code_generator_class: type[CodeGenerator] = PageCode
    context_class: type[Context] = PageContext
    fold_texts = False
    fold_icons = False

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The environment's own globals: no template is loaded with others here.

        A map of maps would be walked through at every import and include of a template.
        """
        return super().make_globals(d) if d else self.globals

    @staticmethod
    def escaped(value: Any) -> str:
        """A value as it is printed between tags or in an attribute."""
        kind = type(value)
        if kind is str:
            return escape_text(value)
        if kind is Markup:
            return value  # type: ignore[no-any-return]
        if kind is int:
            return str(value)
        return escape(value)

    def _generate(
        self,
        source: nodes.Template,
        name: str | None,
        filename: str | None,
        defer_init: bool = False,
    ) -> str:
        if self.fold_texts:
            source = _Texts().visit(source)
        if self.fold_icons and _imports_icons(source):
            source = _Icons(self).visit(source)
        return super()._generate(source, name, filename, defer_init)


class _Texts(NodeTransformer):
    """Replaces `_("Some words")` by the words, as gettext in a template would give them."""

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - named by Jinja
        super().generic_visit(node)
        if _called(node) in TEXT_NAMES and _is_constant(node) and len(node.args) == 1:
            text = str(node.args[0].as_const()) % {}
            return nodes.TemplateData(text, lineno=node.lineno)
        return node


class _Icons(NodeTransformer):
    """Replaces `icon("search")` by the drawing."""

    def __init__(self, environment: PageEnvironment) -> None:
        self.environment = environment

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802 - named by Jinja
        super().generic_visit(node)
        if _called(node) != "icon" or not _is_constant(node):
            return node
        draw: Any = self.environment.get_template(ICONS).module
        values = [_value(arg) for arg in node.args]
        named = {pair.key: _value(pair.value) for pair in node.kwargs}
        return nodes.TemplateData(str(draw.icon(*values, **named)), lineno=node.lineno)


def _called(node: nodes.Call) -> str:
    return node.node.name if isinstance(node.node, nodes.Name) else ""


def _is_constant(node: nodes.Call) -> bool:
    """Whether every argument is written out where it is called."""
    if node.dyn_args is not None or node.dyn_kwargs is not None:
        return False
    values = [*node.args, *[pair.value for pair in node.kwargs]]
    return all(isinstance(value, nodes.Const | nodes.TemplateData) for value in values)


def _value(node: nodes.Expr) -> Any:
    return Markup(node.data) if isinstance(node, nodes.TemplateData) else node.as_const()  # noqa: S704


def _imports_icons(source: nodes.Template) -> bool:
    return any(
        isinstance(node.template, nodes.Const) and node.template.value == ICONS
        for node in source.find_all(nodes.FromImport)
    )
