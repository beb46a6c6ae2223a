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
    Call {
        name: String,
        function: Function,
        arguments: Vec<Operand>,
    },
    /// `(toDate …).Format "15:04"`, or what only looks like that: whether the value has such a
    /// method shows when there is one. Without a name arguments stand behind what takes none.
    Method {
        of: Operand,
        name: Option<String>,
        arguments: Vec<Operand>,
    },
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

impl From<Command> for Pipeline {
    fn from(command: Command) -> Self {
        Self { variables: Vec::new(), declares: false, commands: vec![command] }
    }
}

impl Operand {
    /// The value, and its last field as the name of a method.
    pub(crate) fn split_method(mut self) -> (Self, Option<String>) {
        let name = match &mut self {
            Self::Fields(fields) | Self::Variable(_, fields) | Self::Group(_, fields) => {
                fields.pop()
            }
            Self::Dot | Self::Literal(_) | Self::Call(..) => None,
        };
        (self, name)
    }
}
