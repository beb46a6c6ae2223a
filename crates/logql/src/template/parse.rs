use std::collections::HashMap;

use super::ast::{Command, Node, Operand, Pipeline};
use super::funcs::{self, Known};
use super::lex::{Piece, Token, TokenKind, pieces};
use super::number;
use super::regexes::Regexes;
use super::value::Value;
use crate::limits::MAX_TEMPLATE_DEPTH;

/// A template, ready to be filled in.
#[derive(Clone, Debug)]
pub struct Template {
    pub(crate) nodes: Vec<Node>,
    /// What `define` and `block` named.
    pub(crate) named: HashMap<String, Vec<Node>>,
    pub(crate) names: Vec<String>,
    pub(crate) uses_all: bool,
    pub(crate) regexes: Regexes,
}

/// Where a template is wrong, in bytes, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TemplateError {
    pub offset: usize,
    pub message: String,
    /// How many bytes at `offset` to replace, and by what.
    pub instead: Option<(usize, String)>,
}

impl TemplateError {
    pub(crate) fn new(offset: usize, message: impl Into<String>) -> Self {
        Self { offset, message: message.into(), instead: None }
    }
}

impl Template {
    /// The labels the template reads by name.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether it may read any label (`{{range $name, $value := .}}`).
    pub const fn uses_all(&self) -> bool {
        self.uses_all
    }
}

/// Reads a template. Unknown functions and unbalanced blocks are errors here; wrong arguments
/// show when it is filled in.
pub fn parse(text: &str) -> Result<Template, TemplateError> {
    parse_with(text, Known::Line, &[])
}

/// As `parse`, with other functions and with variables that are there from the start.
pub(super) fn parse_with(
    text: &str,
    known: Known,
    variables: &[&str],
) -> Result<Template, TemplateError> {
    let pieces = pieces(text)?;
    let mut parser = Parser {
        pieces,
        at: 0,
        end: text.len(),
        known,
        variables: [""].iter().chain(variables).map(|name| (*name).to_owned()).collect(),
        loops: 0,
        depth: 0,
        template: Template {
            nodes: Vec::new(),
            named: HashMap::new(),
            names: Vec::new(),
            uses_all: false,
            regexes: Regexes::default(),
        },
    };
    let (nodes, stop) = parser.nodes()?;
    if let Some((offset, keyword, _)) = stop {
        return Err(TemplateError::new(offset, format!("{{{{{keyword}}}}} ends nothing")));
    }
    let mut template = parser.template;
    template.nodes = nodes;
    for node in template.nodes.iter().chain(template.named.values().flatten()) {
        check_templates(node, &template.named)?;
    }
    Ok(template)
}

struct Parser {
    pieces: Vec<(usize, Piece)>,
    at: usize,
    /// The length of the template.
    end: usize,
    known: Known,
    /// Those that are known here; `$` is the empty name.
    variables: Vec<String>,
    loops: usize,
    depth: usize,
    template: Template,
}

/// The action that ended a list of nodes: where, its keyword, what follows in it.
type Stop = (usize, &'static str, Vec<Token>);

impl Parser {
    /// Nodes up to the `end` or `else` of the block they stand in.
    fn nodes(&mut self) -> Result<(Vec<Node>, Option<Stop>), TemplateError> {
        let mut nodes = Vec::new();
        self.depth += 1;
        while let Some((offset, piece)) = self.pieces.get(self.at).cloned() {
            self.at += 1;
            if self.depth > MAX_TEMPLATE_DEPTH {
                return Err(TemplateError::new(offset, "the template is nested too deeply"));
            }
            let tokens = match piece {
                Piece::Text(text) => {
                    nodes.push(Node::Text(text));
                    continue;
                }
                Piece::Action(tokens) => trim(tokens),
            };
            let keyword = match tokens.first().map(|token| &token.kind) {
                Some(TokenKind::Identifier(word)) => word.clone(),
                _ => String::new(),
            };
            let rest = trim(tokens.get(1..).unwrap_or(&[]).to_vec());
            match keyword.as_str() {
                "end" | "else" => {
                    self.depth -= 1;
                    let keyword = if keyword == "end" { "end" } else { "else" };
                    return Ok((nodes, Some((offset, keyword, rest))));
                }
                "if" | "with" | "range" => {
                    let node = self.block(&keyword, offset, rest)?;
                    nodes.push(node);
                }
                "define" => {
                    let (name, _) = self.name(offset, &rest)?;
                    let body = self.body(offset, 0)?;
                    self.template.named.insert(name, body);
                }
                "block" => {
                    let (name, rest) = self.name(offset, &rest)?;
                    let value = self.pipeline(offset, &rest)?;
                    let body = self.body(offset, 0)?;
                    self.template.named.insert(name.clone(), body);
                    nodes.push(Node::Template { name, value: Some(value) });
                }
                "template" => {
                    let (name, rest) = self.name(offset, &rest)?;
                    let value =
                        if rest.is_empty() { None } else { Some(self.pipeline(offset, &rest)?) };
                    nodes.push(Node::Template { name, value });
                }
                "break" | "continue" if rest.is_empty() => {
                    if self.loops == 0 {
                        return Err(TemplateError::new(
                            offset,
                            format!("{{{{{keyword}}}}} stands outside {{{{range}}}}"),
                        ));
                    }
                    nodes.push(if keyword == "break" { Node::Break } else { Node::Continue });
                }
                _ => {
                    let pipeline = self.pipeline(offset, &tokens)?;
                    nodes.push(action(pipeline));
                }
            }
        }
        self.depth -= 1;
        Ok((nodes, None))
    }

    fn block(
        &mut self,
        keyword: &str,
        offset: usize,
        rest: Vec<Token>,
    ) -> Result<Node, TemplateError> {
        let known = self.variables.len();
        let pipeline = self.pipeline(offset, &rest)?;
        self.loops += usize::from(keyword == "range");
        let (then, stop) = self.nodes()?;
        self.loops -= usize::from(keyword == "range");
        let otherwise = match stop {
            Some((_, "end", _)) => Vec::new(),
            Some((at, _, rest)) => self.otherwise(at, keyword, rest, offset)?,
            None => return Err(self.unended(offset, keyword)),
        };
        self.variables.truncate(known);
        Ok(match keyword {
            "if" => Node::If { test: pipeline, then, otherwise },
            "with" => Node::With { value: pipeline, then, otherwise },
            _ => Node::Range { list: pipeline, body: then, otherwise },
        })
    }

    /// What follows an `else`: `else if …` goes on as a block of its own, ended by the same `end`.
    fn otherwise(
        &mut self,
        at: usize,
        keyword: &str,
        rest: Vec<Token>,
        offset: usize,
    ) -> Result<Vec<Node>, TemplateError> {
        match rest.first().map(|token| token.kind.clone()) {
            None => {
                let (nodes, stop) = self.nodes()?;
                match stop {
                    Some((_, "end", _)) => Ok(nodes),
                    Some((at, ..)) => Err(TemplateError::new(at, "a second {{else}}")),
                    None => Err(self.unended(offset, keyword)),
                }
            }
            Some(TokenKind::Identifier(word)) if word == keyword && keyword != "range" => {
                let inner = trim(rest.get(1..).unwrap_or(&[]).to_vec());
                self.depth += 1;
                if self.depth > MAX_TEMPLATE_DEPTH {
                    return Err(TemplateError::new(at, "the template is nested too deeply"));
                }
                let node = self.block(keyword, at, inner)?;
                self.depth -= 1;
                Ok(vec![node])
            }
            Some(_) => Err(TemplateError::new(at, "expected {{else}} or {{else if …}}")),
        }
    }

    /// The nodes of a definition, which knows no variables from outside.
    fn body(&mut self, offset: usize, loops: usize) -> Result<Vec<Node>, TemplateError> {
        let outer = std::mem::replace(&mut self.variables, vec![String::new()]);
        let outer_loops = std::mem::replace(&mut self.loops, loops);
        let (nodes, stop) = self.nodes()?;
        self.variables = outer;
        self.loops = outer_loops;
        match stop {
            Some((_, "end", _)) => Ok(nodes),
            _ => Err(self.unended(offset, "define")),
        }
    }

    fn unended(&self, offset: usize, keyword: &str) -> TemplateError {
        TemplateError::new(
            offset.min(self.end),
            format!("{{{{{keyword}}}}} does not end, expected {{{{end}}}}"),
        )
    }

    /// The quoted name at the start of `tokens`, and the rest.
    fn name(&self, offset: usize, tokens: &[Token]) -> Result<(String, Vec<Token>), TemplateError> {
        match tokens.first().map(|token| &token.kind) {
            Some(TokenKind::Text(name)) => {
                Ok((name.clone(), trim(tokens.get(1..).unwrap_or(&[]).to_vec())))
            }
            _ => Err(TemplateError::new(offset, "expected a name in quotes")),
        }
    }

    fn pipeline(&mut self, offset: usize, tokens: &[Token]) -> Result<Pipeline, TemplateError> {
        let mut cursor = Cursor { tokens, at: 0, offset };
        let pipeline = self.read_pipeline(&mut cursor)?;
        match cursor.peek() {
            None => Ok(pipeline),
            Some(_) => Err(cursor.error("expected | or the end of the action")),
        }
    }

    fn read_pipeline(&mut self, cursor: &mut Cursor<'_>) -> Result<Pipeline, TemplateError> {
        let (variables, declares) = self.variables(cursor)?;
        let mut commands = Vec::new();
        loop {
            commands.push(self.command(cursor, commands.is_empty())?);
            cursor.skip_space();
            if cursor.peek() != Some(&TokenKind::Pipe) {
                break;
            }
            cursor.at += 1;
        }
        if declares {
            self.variables.extend(variables.iter().cloned());
        }
        Ok(Pipeline { variables, declares, commands })
    }

    /// `$x :=`, `$i, $x :=`, `$x =`
    fn variables(&self, cursor: &mut Cursor<'_>) -> Result<(Vec<String>, bool), TemplateError> {
        let start = cursor.at;
        let mut names = Vec::new();
        loop {
            cursor.skip_space();
            let Some(TokenKind::Variable(name)) = cursor.peek() else { break };
            names.push(name.clone());
            cursor.at += 1;
            cursor.skip_space();
            match cursor.peek() {
                Some(TokenKind::Comma) => cursor.at += 1,
                Some(TokenKind::Declare) => {
                    cursor.at += 1;
                    return Ok((names, true));
                }
                Some(TokenKind::Assign) => {
                    cursor.at += 1;
                    if let Some(unknown) = names.iter().find(|n| !self.variables.contains(n)) {
                        return Err(cursor.error(&format!("the variable ${unknown} is not known")));
                    }
                    return Ok((names, false));
                }
                _ => break,
            }
        }
        cursor.at = start;
        Ok((Vec::new(), false))
    }

    fn command(&mut self, cursor: &mut Cursor<'_>, first: bool) -> Result<Command, TemplateError> {
        cursor.skip_space();
        if let Some(TokenKind::Identifier(name)) = cursor.peek().cloned()
            && !matches!(name.as_str(), "true" | "false" | "nil")
            && !matches!(cursor.next(), Some(TokenKind::Field(_)))
        {
            let function = self.function(&name, cursor)?;
            cursor.at += 1;
            let arguments = self.arguments(cursor)?;
            return Ok(Command::Call { name, function, arguments });
        }
        let operand = self.operand(cursor)?;
        if !first && matches!(operand, Operand::Literal(_) | Operand::Dot) {
            return Err(cursor.error("only a function can take a value from a pipe"));
        }
        let arguments = self.arguments(cursor)?;
        if first && arguments.is_empty() {
            return Ok(Command::Operand(operand));
        }
        let (of, name) = operand.split_method();
        Ok(Command::Method { of, name, arguments })
    }

    fn arguments(&mut self, cursor: &mut Cursor<'_>) -> Result<Vec<Operand>, TemplateError> {
        let mut arguments = Vec::new();
        while cursor.peek() == Some(&TokenKind::Space) {
            cursor.skip_space();
            if matches!(cursor.peek(), None | Some(TokenKind::Pipe | TokenKind::Close)) {
                break;
            }
            arguments.push(self.operand(cursor)?);
        }
        Ok(arguments)
    }

    fn function(&self, name: &str, cursor: &Cursor<'_>) -> Result<funcs::Function, TemplateError> {
        if let Some(why) = self.known.refused(name) {
            return Err(cursor.error(&why));
        }
        self.known.find(name).ok_or_else(|| match model::nearest(name, self.known.names()) {
            Some(near) => {
                let message = format!("the function {name:?} is not known, did you mean `{near}`?");
                let instead = Some((name.len(), near.to_owned()));
                TemplateError { instead, ..cursor.error(&message) }
            }
            None => cursor.error(&format!("the function {name:?} is not known")),
        })
    }

    fn operand(&mut self, cursor: &mut Cursor<'_>) -> Result<Operand, TemplateError> {
        let Some(token) = cursor.peek().cloned() else {
            return Err(cursor.error("expected a value"));
        };
        let literal = |value| Ok(Operand::Literal(value));
        cursor.at += 1;
        match token {
            TokenKind::Dot => {
                self.template.uses_all = true;
                Ok(Operand::Dot)
            }
            TokenKind::Field(name) => {
                let mut fields = vec![name];
                fields.extend(cursor.fields());
                if let Some(name) = fields.first()
                    && !self.template.names.contains(name)
                {
                    self.template.names.push(name.clone());
                }
                Ok(Operand::Fields(fields))
            }
            TokenKind::Variable(name) => {
                if !self.variables.contains(&name) {
                    cursor.at -= 1;
                    return Err(cursor.error(&format!("the variable ${name} is not known")));
                }
                let fields = cursor.fields();
                if name.is_empty() {
                    match fields.first() {
                        Some(field) if !self.template.names.contains(field) => {
                            self.template.names.push(field.clone());
                        }
                        Some(_) => {}
                        None => self.template.uses_all = true,
                    }
                }
                Ok(Operand::Variable(name, fields))
            }
            TokenKind::Text(text) => literal(Value::Text(text)),
            TokenKind::Char(c) => literal(Value::Int(i64::from(u32::from(c)))),
            TokenKind::Number(text) => match number::literal(&text) {
                Some(value) => literal(value),
                None => {
                    cursor.at -= 1;
                    Err(cursor.error(&format!("{text:?} is not a number")))
                }
            },
            TokenKind::Identifier(name) => match name.as_str() {
                "true" => literal(Value::Bool(true)),
                "false" => literal(Value::Bool(false)),
                "nil" => literal(Value::Nil),
                _ => {
                    cursor.at -= 1;
                    let function = self.function(&name, cursor)?;
                    cursor.at += 1;
                    let fields = cursor.fields();
                    if fields.is_empty() {
                        return Ok(Operand::Call(name, function));
                    }
                    let call = Command::Call { name, function, arguments: Vec::new() };
                    Ok(Operand::Group(Box::new(Pipeline::from(call)), fields))
                }
            },
            TokenKind::Open => {
                self.depth += 1;
                if self.depth > MAX_TEMPLATE_DEPTH {
                    return Err(cursor.error("the template is nested too deeply"));
                }
                let pipeline = self.read_pipeline(cursor)?;
                self.depth -= 1;
                cursor.skip_space();
                if cursor.peek() != Some(&TokenKind::Close) {
                    return Err(cursor.error("expected )"));
                }
                cursor.at += 1;
                let fields = cursor.fields();
                Ok(Operand::Group(Box::new(pipeline), fields))
            }
            _ => {
                cursor.at -= 1;
                Err(cursor.error("expected a value"))
            }
        }
    }
}

/// The tokens of one action.
struct Cursor<'t> {
    tokens: &'t [Token],
    at: usize,
    /// Where the action stands.
    offset: usize,
}

impl Cursor<'_> {
    fn peek(&self) -> Option<&TokenKind> {
        self.tokens.get(self.at).map(|token| &token.kind)
    }

    fn next(&self) -> Option<&TokenKind> {
        self.tokens.get(self.at + 1).map(|token| &token.kind)
    }

    fn skip_space(&mut self) {
        while self.peek() == Some(&TokenKind::Space) {
            self.at += 1;
        }
    }

    /// `.a.b` right behind a value.
    fn fields(&mut self) -> Vec<String> {
        let mut fields = Vec::new();
        while let Some(TokenKind::Field(name)) = self.peek() {
            fields.push(name.clone());
            self.at += 1;
        }
        fields
    }

    fn error(&self, message: &str) -> TemplateError {
        let offset =
            self.tokens.get(self.at).or(self.tokens.last()).map_or(self.offset, |t| t.offset);
        TemplateError::new(offset, message)
    }
}

fn trim(mut tokens: Vec<Token>) -> Vec<Token> {
    while tokens.last().is_some_and(|token| token.kind == TokenKind::Space) {
        tokens.pop();
    }
    let spaces = tokens.iter().take_while(|token| token.kind == TokenKind::Space).count();
    tokens.drain(..spaces);
    tokens
}

/// `{{.a}}` is filled in without a detour.
fn action(pipeline: Pipeline) -> Node {
    if pipeline.variables.is_empty()
        && let [Command::Operand(Operand::Fields(fields))] = pipeline.commands.as_slice()
        && let [name] = fields.as_slice()
    {
        return Node::Label(name.clone());
    }
    Node::Action(pipeline)
}

fn check_templates(node: &Node, named: &HashMap<String, Vec<Node>>) -> Result<(), TemplateError> {
    match node {
        Node::Template { name, .. } if !named.contains_key(name) => {
            Err(TemplateError::new(0, format!("the template {name:?} is not defined")))
        }
        Node::If { then, otherwise, .. }
        | Node::With { then, otherwise, .. }
        | Node::Range { body: then, otherwise, .. } => {
            then.iter().chain(otherwise).try_for_each(|node| check_templates(node, named))
        }
        _ => Ok(()),
    }
}
