use super::ast::{Command, Node, Operand, Pipeline};
use super::parse::Template;

impl Template {
    /// The labels that the template takes to be there: those it reads by name, but neither looks
    /// at in an `if` or `with` nor gives a `default`. Where the dot is no longer the labels, a name
    /// is a field of something else.
    pub(crate) fn expected_names(&self) -> Vec<&str> {
        let mut optional = Vec::new();
        for node in &self.nodes {
            collect(node, &mut optional);
        }
        for node in self.named.values().flatten() {
            everything(node, &mut optional);
        }
        self.names().iter().map(String::as_str).filter(|name| !optional.contains(name)).collect()
    }
}

/// Adds the names that may as well be missing.
fn collect<'a>(node: &'a Node, optional: &mut Vec<&'a str>) {
    match node {
        Node::Text(_) | Node::Label(_) | Node::Break | Node::Continue => {}
        Node::Action(pipeline) => with_default(pipeline, optional),
        Node::If { test, then, otherwise } => {
            read(test, optional);
            for node in then.iter().chain(otherwise) {
                collect(node, optional);
            }
        }
        Node::With { value: head, then: inner, otherwise }
        | Node::Range { list: head, body: inner, otherwise } => {
            read(head, optional);
            for node in inner {
                everything(node, optional);
            }
            for node in otherwise {
                collect(node, optional);
            }
        }
        Node::Template { value, .. } => {
            if let Some(value) = value {
                with_default(value, optional);
            }
        }
    }
}

/// Adds every name of a part of a template.
fn everything<'a>(node: &'a Node, names: &mut Vec<&'a str>) {
    match node {
        Node::Text(_) | Node::Break | Node::Continue => {}
        Node::Label(name) => names.push(name),
        Node::Action(pipeline) => read(pipeline, names),
        Node::If { test: head, then: inner, otherwise }
        | Node::With { value: head, then: inner, otherwise }
        | Node::Range { list: head, body: inner, otherwise } => {
            read(head, names);
            for node in inner.iter().chain(otherwise) {
                everything(node, names);
            }
        }
        Node::Template { value, .. } => {
            if let Some(value) = value {
                read(value, names);
            }
        }
    }
}

fn with_default<'a>(pipeline: &'a Pipeline, optional: &mut Vec<&'a str>) {
    let handles = |command: &Command| matches!(command, Command::Call { name, .. } if matches!(name.as_str(), "default" | "or" | "coalesce"));
    if pipeline.commands.iter().any(handles) {
        read(pipeline, optional);
    }
}

/// Adds every name that a pipeline reads.
fn read<'a>(pipeline: &'a Pipeline, names: &mut Vec<&'a str>) {
    for command in &pipeline.commands {
        match command {
            Command::Operand(operand) => operand_names(operand, names),
            Command::Call { arguments, .. } => {
                for operand in arguments {
                    operand_names(operand, names);
                }
            }
            Command::Method { of, arguments, .. } => {
                operand_names(of, names);
                for operand in arguments {
                    operand_names(operand, names);
                }
            }
        }
    }
}

fn operand_names<'a>(operand: &'a Operand, names: &mut Vec<&'a str>) {
    match operand {
        Operand::Fields(path) | Operand::Variable(_, path) => {
            names.extend(path.first().map(String::as_str));
        }
        Operand::Group(pipeline, _) => read(pipeline, names),
        Operand::Dot | Operand::Literal(_) | Operand::Call(..) => {}
    }
}
