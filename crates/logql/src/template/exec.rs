use std::ops::ControlFlow;

use super::ast::{Command, Node, Operand, Pipeline};
use super::funcs::{self, Context};
use super::parse::Template;
use super::scope::Scope;
use super::value::Value;

/// More than this is not written: a template can ask for a text of any length.
const MAX_OUTPUT: usize = 16 << 20;

/// More often than this no `range` goes round, all of a template's taken together.
const MAX_ROUNDS: usize = 1_000_000;

/// How deep `template` may go into itself.
const MAX_CALLS: usize = 64;

/// Why a block stops.
enum Stop {
    Break,
    Continue,
    Error(String),
}

impl Template {
    /// Appends the template, filled in, to `out`. An error says what went wrong; `out` then holds
    /// what was written before.
    pub(crate) fn render(&self, scope: &dyn Scope, out: &mut String) -> Result<(), String> {
        let mut filler = Filler {
            template: self,
            context: Context { scope, regexes: &self.regexes },
            variables: vec![(String::new(), Value::Labels)],
            calls: 0,
            rounds: 0,
            out,
        };
        match filler.nodes(&self.nodes, &Value::Labels) {
            Err(Stop::Error(error)) => Err(error),
            Ok(()) | Err(Stop::Break | Stop::Continue) => Ok(()),
        }
    }
}

struct Filler<'t> {
    template: &'t Template,
    context: Context<'t>,
    variables: Vec<(String, Value)>,
    calls: usize,
    rounds: usize,
    out: &'t mut String,
}

impl Filler<'_> {
    fn nodes(&mut self, nodes: &[Node], dot: &Value) -> Result<(), Stop> {
        nodes.iter().try_for_each(|node| self.node(node, dot))
    }

    fn node(&mut self, node: &Node, dot: &Value) -> Result<(), Stop> {
        if self.out.len() > MAX_OUTPUT {
            return Err(Stop::Error("the text grows too long".to_owned()));
        }
        match node {
            Node::Text(text) => self.out.push_str(text),
            Node::Label(name) if *dot == Value::Labels => {
                self.out.push_str(self.context.scope.label(name).unwrap_or(""));
            }
            Node::Label(name) => {
                let value = self.field(dot, name).map_err(Stop::Error)?;
                value.print(self.out);
            }
            Node::Action(pipeline) => {
                let value = self.pipeline(pipeline, dot).map_err(Stop::Error)?;
                if pipeline.variables.is_empty() {
                    self.print(&value);
                }
            }
            Node::If { test, then, otherwise } => {
                let known = self.variables.len();
                let value = self.pipeline(test, dot).map_err(Stop::Error)?;
                let branch = if value.is_true() { then } else { otherwise };
                let result = self.nodes(branch, dot);
                self.variables.truncate(known);
                result?;
            }
            Node::With { value, then, otherwise } => {
                let known = self.variables.len();
                let value = self.pipeline(value, dot).map_err(Stop::Error)?;
                let result = if value.is_true() {
                    self.nodes(then, &value)
                } else {
                    self.nodes(otherwise, dot)
                };
                self.variables.truncate(known);
                result?;
            }
            Node::Range { list, body, otherwise } => {
                let known = self.variables.len();
                let result = self.range(list, body, otherwise, dot);
                self.variables.truncate(known);
                result?;
            }
            Node::Template { name, value } => {
                let dot = match value {
                    Some(value) => self.pipeline(value, dot).map_err(Stop::Error)?,
                    None => Value::Nil,
                };
                self.call_template(name, &dot)?;
            }
            Node::Break => return Err(Stop::Break),
            Node::Continue => return Err(Stop::Continue),
        }
        Ok(())
    }

    fn print(&mut self, value: &Value) {
        match value {
            Value::Labels => labels_map(&self.context).print(self.out),
            value => value.print(self.out),
        }
    }

    fn call_template(&mut self, name: &str, dot: &Value) -> Result<(), Stop> {
        let template = self.template;
        let Some(nodes) = template.named.get(name) else { return Ok(()) };
        if self.calls >= MAX_CALLS {
            return Err(Stop::Error(format!("the template {name:?} goes too deep into itself")));
        }
        self.calls += 1;
        let outer = std::mem::replace(&mut self.variables, vec![(String::new(), dot.clone())]);
        let result = self.nodes(nodes, dot);
        self.variables = outer;
        self.calls -= 1;
        result
    }

    fn range(
        &mut self,
        list: &Pipeline,
        body: &[Node],
        otherwise: &[Node],
        dot: &Value,
    ) -> Result<(), Stop> {
        let value = self.commands(&list.commands, dot).map_err(Stop::Error)?;
        let items: Vec<(Value, Value)> = match value {
            Value::List(list) => (0..).map(Value::Int).zip(list).collect(),
            Value::Map(map) => map.into_iter().map(|(k, v)| (Value::Text(k), v)).collect(),
            Value::Labels => match labels_map(&self.context) {
                Value::Map(map) => map.into_iter().map(|(k, v)| (Value::Text(k), v)).collect(),
                _ => Vec::new(),
            },
            Value::Int(count) => {
                (0..count.min(1_000_000)).map(|at| (Value::Int(at), Value::Int(at))).collect()
            }
            Value::Nil => Vec::new(),
            other => {
                return Err(Stop::Error(format!("range can't go over {}", other.type_name())));
            }
        };
        if items.is_empty() {
            return self.nodes(otherwise, dot);
        }
        let known = self.variables.len();
        for (key, item) in items {
            self.rounds += 1;
            if self.rounds > MAX_ROUNDS {
                return Err(Stop::Error("range goes round too often".to_owned()));
            }
            match list.variables.as_slice() {
                [one] => self.assign(one, list.declares, item.clone()),
                [at, one] => {
                    self.assign(at, list.declares, key);
                    self.assign(one, list.declares, item.clone());
                }
                _ => {}
            }
            let result = self.nodes(body, &item);
            self.variables.truncate(known);
            match result {
                Ok(()) | Err(Stop::Continue) => {}
                Err(Stop::Break) => break,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn assign(&mut self, name: &str, declares: bool, value: Value) {
        let known = self.variables.iter_mut().rev().find(|(known, _)| known == name);
        match known {
            Some((_, slot)) if !declares => *slot = value,
            _ => self.variables.push((name.to_owned(), value)),
        }
    }

    fn pipeline(&mut self, pipeline: &Pipeline, dot: &Value) -> Result<Value, String> {
        let value = self.commands(&pipeline.commands, dot)?;
        for name in &pipeline.variables {
            self.assign(name, pipeline.declares, value.clone());
        }
        Ok(value)
    }

    fn commands(&mut self, commands: &[Command], dot: &Value) -> Result<Value, String> {
        let mut last: Option<Value> = None;
        for command in commands {
            last = Some(match command {
                Command::Operand(operand) => self.operand(operand, dot)?,
                Command::Call { name, function, arguments } => {
                    self.call(name, *function, arguments, last, dot)?
                }
            });
        }
        Ok(last.unwrap_or(Value::Nil))
    }

    fn call(
        &mut self,
        name: &str,
        function: funcs::Function,
        arguments: &[Operand],
        last: Option<Value>,
        dot: &Value,
    ) -> Result<Value, String> {
        if matches!(name, "and" | "or") {
            return self.short_circuit(name == "and", arguments, last, dot);
        }
        let mut values = Vec::with_capacity(arguments.len() + 1);
        for argument in arguments {
            let value = self.operand(argument, dot)?;
            values.push(self.solid(value));
        }
        if let Some(last) = last {
            values.push(self.solid(last));
        }
        function.call(name, &self.context, &values)
    }

    /// `and` and `or` look at no more arguments than they need.
    fn short_circuit(
        &mut self,
        and: bool,
        arguments: &[Operand],
        last: Option<Value>,
        dot: &Value,
    ) -> Result<Value, String> {
        let mut result = None;
        for argument in arguments {
            let value = self.operand(argument, dot)?;
            let ends = if value.is_true() == and {
                ControlFlow::Continue(value)
            } else {
                ControlFlow::Break(value)
            };
            match ends {
                ControlFlow::Break(value) => return Ok(value),
                ControlFlow::Continue(value) => result = Some(value),
            }
        }
        last.or(result).ok_or_else(|| "expected at least one argument".to_owned())
    }

    /// The labels as a map, where a function is to see them.
    fn solid(&self, value: Value) -> Value {
        if value == Value::Labels { labels_map(&self.context) } else { value }
    }

    fn operand(&mut self, operand: &Operand, dot: &Value) -> Result<Value, String> {
        let (value, fields): (Value, &[String]) = match operand {
            Operand::Dot => return Ok(dot.clone()),
            Operand::Literal(value) => return Ok(value.clone()),
            Operand::Call(name, function) => {
                return function.call(name, &self.context, &[]);
            }
            Operand::Fields(fields) => match fields.split_first() {
                Some((first, rest)) => (self.field(dot, first)?, rest),
                None => return Ok(dot.clone()),
            },
            Operand::Variable(name, fields) => {
                let known = self.variables.iter().rev().find(|(known, _)| known == name);
                (known.map_or(Value::Nil, |(_, value)| value.clone()), fields)
            }
            Operand::Group(pipeline, fields) => (self.pipeline(pipeline, dot)?, fields),
        };
        fields.iter().try_fold(value, |value, field| self.field(&value, field))
    }

    fn field(&self, value: &Value, name: &str) -> Result<Value, String> {
        match value {
            Value::Labels => {
                Ok(Value::Text(self.context.scope.label(name).unwrap_or("").to_owned()))
            }
            Value::Map(map) => Ok(map.get(name).cloned().unwrap_or(Value::Nil)),
            Value::Nil => Err(format!("nothing has no field {name:?}")),
            other => Err(format!("a {} has no field {name:?}", other.type_name())),
        }
    }
}

fn labels_map(context: &Context<'_>) -> Value {
    let labels = context.scope.labels();
    Value::Map(labels.into_iter().map(|(name, value)| (name, Value::Text(value))).collect())
}
