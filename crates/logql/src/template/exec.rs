use std::ops::ControlFlow;

use super::ast::{Command, Node, Operand, Pipeline};
use super::funcs::{self, Context};
use super::parse::Template;
use super::scope::Scope;
use super::time;
use super::value::Value;
use crate::limits::{MAX_TEMPLATE_BYTES, MAX_TEMPLATE_DEPTH, MAX_TEMPLATE_WORK};

/// The work of a step, besides that of moving its values: of a node, an operand, a round.
const STEP_WORK: usize = 128;

/// What a template finds before anything is done.
pub(super) struct Start {
    pub(super) dot: Value,
    /// Besides `$`, which is the dot.
    pub(super) variables: Vec<(String, Value)>,
    /// What a map gives for a key that it has not.
    pub(super) missing: Value,
}

/// Why a block stops.
enum Stop {
    Break,
    Continue,
    Error(String),
}

impl Template {
    /// Appends the template, filled in, to `out`. An error says what went wrong; `out` then holds
    /// what was written before. Takes what it does from `work`, which is shared by many entries.
    pub(crate) fn render(
        &self,
        scope: &dyn Scope,
        out: &mut String,
        work: &mut usize,
    ) -> Result<(), String> {
        let start = Start { dot: Value::Labels, variables: Vec::new(), missing: Value::Nil };
        self.render_from(start, scope, out, work)
    }

    /// As `render`, with another dot.
    pub(super) fn render_from(
        &self,
        start: Start,
        scope: &dyn Scope,
        out: &mut String,
        work: &mut usize,
    ) -> Result<(), String> {
        let Start { dot, variables: given, missing } = start;
        let mut variables = vec![(String::new(), dot.clone())];
        variables.extend(given);
        let allowed = MAX_TEMPLATE_WORK.min(*work);
        let mut filler = Filler {
            template: self,
            context: Context { scope, regexes: &self.regexes },
            variables,
            missing,
            depth: 0,
            work: allowed,
            out,
        };
        let result = filler.nodes(&self.nodes, &dot);
        *work -= allowed - filler.work;
        match result {
            Err(Stop::Error(error)) => Err(error),
            Ok(()) | Err(Stop::Break | Stop::Continue) => Ok(()),
        }
    }
}

struct Filler<'t> {
    template: &'t Template,
    context: Context<'t>,
    variables: Vec<(String, Value)>,
    missing: Value,
    depth: usize,
    /// How much may still be done.
    work: usize,
    out: &'t mut String,
}

impl Filler<'_> {
    fn nodes(&mut self, nodes: &[Node], dot: &Value) -> Result<(), Stop> {
        self.enter().map_err(Stop::Error)?;
        let result = nodes.iter().try_for_each(|node| self.node(node, dot));
        self.depth -= 1;
        result
    }

    /// Goes one level deeper; whoever enters leaves by `depth -= 1`.
    fn enter(&mut self) -> Result<(), String> {
        if self.depth >= MAX_TEMPLATE_DEPTH {
            return Err(format!("the template goes deeper than {MAX_TEMPLATE_DEPTH} levels"));
        }
        self.depth += 1;
        Ok(())
    }

    /// Counts a step and the bytes it moves.
    fn spend(&mut self, num_bytes: usize) -> Result<(), String> {
        match self.work.checked_sub(STEP_WORK.saturating_add(num_bytes)) {
            Some(left) => {
                self.work = left;
                Ok(())
            }
            None => {
                self.work = 0;
                Err("the template does too much work, expected fewer rounds or shorter texts"
                    .to_owned())
            }
        }
    }

    fn node(&mut self, node: &Node, dot: &Value) -> Result<(), Stop> {
        self.spend(0).map_err(Stop::Error)?;
        if self.out.len() > MAX_TEMPLATE_BYTES {
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
        let outer = std::mem::replace(&mut self.variables, vec![(String::new(), dot.clone())]);
        let result = self.nodes(nodes, dot);
        self.variables = outer;
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
                if usize::try_from(count).is_ok_and(|count| count > self.work / STEP_WORK) {
                    self.spend(usize::MAX).map_err(Stop::Error)?;
                }
                (0..count).map(|at| (Value::Int(at), Value::Int(at))).collect()
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
            self.spend(item.num_bytes()).map_err(Stop::Error)?;
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
                Command::Operand(Operand::Literal(Value::Nil)) => {
                    return Err("nil stands for no value by itself".to_owned());
                }
                Command::Operand(operand) => self.operand(operand, dot)?,
                Command::Method { of, name, arguments } => {
                    self.method(of, name.as_deref(), arguments, last, dot)?
                }
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
        let mut of_labels = false;
        for argument in arguments {
            let value = self.operand(argument, dot)?;
            of_labels |= values.is_empty() && value == Value::Labels;
            values.push(self.solid(value));
        }
        if let Some(last) = last {
            values.push(self.solid(last));
        }
        let value = function.call(name, &self.context, &values)?;
        // A label that is not there is empty, other than a field of a document.
        if of_labels && name == "index" && value == Value::Nil {
            return Ok(Value::Text(String::new()));
        }
        self.made(value)
    }

    fn method(
        &mut self,
        of: &Operand,
        name: Option<&str>,
        arguments: &[Operand],
        last: Option<Value>,
        dot: &Value,
    ) -> Result<Value, String> {
        let of = self.operand(of, dot)?;
        let Some(name) = name else {
            return Err(format!("a {} takes no arguments, only a function does", of.type_name()));
        };
        let mut values = Vec::with_capacity(arguments.len() + 1);
        for argument in arguments {
            values.push(self.operand(argument, dot)?);
        }
        values.extend(last);
        match &of {
            Value::Time(time) => {
                let value = time::method(time, name, &values)?;
                self.made(value)
            }
            _ => Err(format!("{name} is a field, no method that takes arguments")),
        }
    }

    /// What a function gave, unless it is too much.
    fn made(&mut self, value: Value) -> Result<Value, String> {
        let num_bytes = value.num_bytes();
        if num_bytes > MAX_TEMPLATE_BYTES {
            return Err("the text grows too long".to_owned());
        }
        self.spend(num_bytes)?;
        Ok(value)
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
        let value = self.operand_value(operand, dot)?;
        self.spend(value.num_bytes())?;
        Ok(value)
    }

    fn operand_value(&mut self, operand: &Operand, dot: &Value) -> Result<Value, String> {
        let (value, fields): (Value, &[String]) = match operand {
            Operand::Dot => return Ok(dot.clone()),
            Operand::Literal(value) => return Ok(value.clone()),
            Operand::Call(name, function) => {
                let value = function.call(name, &self.context, &[])?;
                return self.made(value);
            }
            Operand::Fields(fields) => match fields.split_first() {
                Some((first, rest)) => (self.field(dot, first)?, rest),
                None => return Ok(dot.clone()),
            },
            Operand::Variable(name, fields) => {
                let known = self.variables.iter().rev().find(|(known, _)| known == name);
                (known.map_or(Value::Nil, |(_, value)| value.clone()), fields)
            }
            Operand::Group(pipeline, fields) => {
                self.enter()?;
                let value = self.pipeline(pipeline, dot)?;
                self.depth -= 1;
                (value, fields)
            }
        };
        fields.iter().try_fold(value, |value, field| self.field(&value, field))
    }

    fn field(&self, value: &Value, name: &str) -> Result<Value, String> {
        match value {
            Value::Labels => {
                Ok(Value::Text(self.context.scope.label(name).unwrap_or("").to_owned()))
            }
            Value::Map(map) => Ok(map.get(name).unwrap_or(&self.missing).clone()),
            Value::Nil => Err(format!("nothing has no field {name:?}")),
            Value::Time(time) => time::part(time, name)
                .ok_or_else(|| format!("a time.Time has no method {name:?} that is known here")),
            other => Err(format!("a {} has no field {name:?}", other.type_name())),
        }
    }
}

fn labels_map(context: &Context<'_>) -> Value {
    let labels = context.scope.labels();
    Value::Map(labels.into_iter().map(|(name, value)| (name, Value::Text(value))).collect())
}
