use yaml::{Mark, Problem};

/// A default may hold variables with defaults; deeper is no configuration any more.
const MAX_DEPTH: usize = 8;

/// Replaces `${NAME}` and `${NAME:-default}` in the text of a file, before it is read as YAML. A
/// variable that is not set is empty, a backslash is written as two, and `$` alone means itself.
pub fn expand(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<String, Problem> {
    let mut expander = Expander { text, at: 0, variable };
    expander.until_end(0, false)
}

struct Expander<'t> {
    text: &'t str,
    at: usize,
    variable: &'t dyn Fn(&str) -> Option<String>,
}

impl Expander<'_> {
    /// To the end of the text or, inside a default, to its brace.
    fn until_end(&mut self, depth: usize, is_inside: bool) -> Result<String, Problem> {
        let mut out = String::new();
        while let Some(rest) = self.text.get(self.at..).filter(|rest| !rest.is_empty()) {
            if rest.starts_with("${") {
                out.push_str(&self.variable(depth)?);
                continue;
            }
            if is_inside && rest.starts_with('}') {
                return Ok(out);
            }
            let (len, shown) = match rest.strip_prefix("\\\\").or(rest.strip_prefix("$${")) {
                Some(_) if rest.starts_with('\\') => (2, "\\"),
                Some(_) => (3, "${"),
                None => {
                    let len = rest.chars().next().map_or(1, char::len_utf8);
                    (len, rest.get(..len).unwrap_or_default())
                }
            };
            out.push_str(shown);
            self.at += len;
        }
        Ok(out)
    }

    /// `${…}`, of which the first byte is next.
    fn variable(&mut self, depth: usize) -> Result<String, Problem> {
        let start = self.at;
        let rest = self.text.get(start + 2..).unwrap_or_default();
        let is_name = |c: char| c.is_alphanumeric() || c == '_';
        let len = rest.find(|c: char| !is_name(c)).unwrap_or(rest.len());
        let (name, rest) = rest.split_at(len);
        if name.is_empty() {
            return Err(self.problem(start, "expected a name after ${"));
        }
        if depth >= MAX_DEPTH {
            return Err(self.problem(start, "the defaults are nested too deeply"));
        }
        let operators = [":-", ":=", "-", "="];
        let operator = operators.into_iter().find(|operator| rest.starts_with(operator));
        self.at = start + 2 + len + operator.map_or(0, str::len);
        let default = match operator {
            Some(_) => self.until_end(depth + 1, true)?,
            None => String::new(),
        };
        match self.text.get(self.at..).unwrap_or_default() {
            rest if rest.starts_with('}') => self.at += 1,
            "" => return Err(self.problem(start, "the ${ has no }")),
            _ => return Err(self.problem(start, "expected ${NAME} or ${NAME:-default}")),
        }
        let value = (self.variable)(name);
        // With a colon an empty value counts as none.
        let counts = |value: &String| !value.is_empty() || matches!(operator, Some("-" | "="));
        Ok(value.filter(counts).unwrap_or(default))
    }

    fn problem(&self, at: usize, message: &str) -> Problem {
        let before = self.text.get(..at).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Problem::new(Mark { line, column }, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_replaced_before_yaml_is_read() {
        let set = |name: &str| match name {
            "HOST" => Some("gpu-1".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        for (text, expected) in [
            ("a: ${HOST}", "a: gpu-1"),
            ("${HOST}${HOST}", "gpu-1gpu-1"),
            ("[${NONE}]", "[]"),
            ("${NONE:-x y}", "x y"),
            ("${HOST:-x}", "gpu-1"),
            ("${EMPTY:-x}|${EMPTY-x}", "x|"),
            ("${NONE:=x}", "x"),
            ("${NONE:-${HOST}}", "gpu-1"),
            ("${NONE:-http://a:1/b}", "http://a:1/b"),
            (r"a\\d $x $1 ^(.*)$", r"a\d $x $1 ^(.*)$"),
            ("$${HOST}", "${HOST}"),
            ("中${HOST}文", "中gpu-1文"),
            ("a\nb: ${HOST", "2:4: the ${ has no }"),
            ("${}", "1:1: expected a name after ${"),
            ("${HOST/a/b}", "1:1: expected ${NAME} or ${NAME:-default}"),
        ] {
            let found = expand(text, &set).unwrap_or_else(|problem| problem.to_string());
            assert_eq!(found, expected, "{text}");
        }
    }
}
