use super::funcs::Function;
use super::value::Value;

/// A part of a template.
#[derive(Clone, Debug)]
pub(crate) enum Node {
    Text(String),
    /// `{{.a}}`: by far the most common action.
    Label(String),
    Action(Pipeline),
    If {
        test: Pipeline,
        then: Vec<Node>,
        otherwise: Vec<Node>,
    },
    With {
        value: Pipeline,
        then: Vec<Node>,
        otherwise: Vec<Node>,
    },
    Range {
        list: Pipeline,
        body: Vec<Node>,
        otherwise: Vec<Node>,
    },
    Template {
        name: String,
        value: Option<Pipeline>,
    },
    Break,
    Continue,
}

/// `$x := .a | upper`
#[derive(Clone, Debug)]
pub(crate) struct Pipeline {
    /// The variables that take the value; two only in `range`.
    pub(crate) variables: Vec<String>,
    /// `:=` makes them new, `=` does not.
    pub(crate) declares: bool,
    /// Each takes the value of the one before as its last argument.
    pub(crate) commands: Vec<Command>,
}

#[derive(Clone, Debug)]
pub(crate) enum Command {
    Operand(Operand),
    Call { name: String, function: Function, arguments: Vec<Operand> },
}

#[derive(Clone, Debug)]
pub(crate) enum Operand {
    Dot,
    Literal(Value),
    /// `.a.b`
    Fields(Vec<String>),
    /// `$x.a`
    Variable(String, Vec<String>),
    /// `(…).a`
    Group(Box<Pipeline>, Vec<String>),
    /// A function without arguments among the arguments of another.
    Call(String, Function),
}
