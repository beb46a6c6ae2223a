/// One case: a query, sections it is run with, and sections that hold what must come out.
#[derive(Clone)]
pub struct Case {
    pub title: String,
    pub query: String,
    sections: Vec<(String, String)>,
}

/// What stands before the first case of a file: its explanation.
fn head(text: &str) -> &str {
    let end = text.find("=== ").filter(|at| *at == 0 || text.as_bytes()[at - 1] == b'\n');
    &text[..end.unwrap_or(text.len())]
}

impl Case {
    pub fn read_all(text: &str) -> Vec<Self> {
        let body = &text[head(text).len()..];
        let mut cases: Vec<Self> = Vec::new();
        let mut into: Option<usize> = None;
        for line in body.lines() {
            if let Some(title) = line.strip_prefix("=== ") {
                let title = title.to_owned();
                cases.push(Self { title, query: String::new(), sections: Vec::new() });
                into = None;
                continue;
            }
            let case = cases.last_mut().expect("a body starts with a title");
            if let Some(name) = line.strip_prefix("--- ") {
                case.sections.push((name.to_owned(), String::new()));
                into = Some(case.sections.len() - 1);
                continue;
            }
            let target = match into {
                Some(at) => &mut case.sections[at].1,
                None => &mut case.query,
            };
            target.push_str(line);
            target.push('\n');
        }
        for case in &mut cases {
            trim(&mut case.query);
            case.sections.iter_mut().for_each(|(_, text)| trim(text));
        }
        cases
    }

    pub fn write_all(text: &str, cases: &[Self]) -> String {
        let mut out = head(text).to_owned();
        for case in cases {
            out.push_str(&format!("=== {}\n{}\n", case.title, case.query));
            for (name, text) in &case.sections {
                out.push_str(&format!("--- {name}\n"));
                if !text.is_empty() {
                    out.push_str(&format!("{text}\n"));
                }
            }
            out.push('\n');
        }
        out.trim_end().to_owned() + "\n"
    }

    /// The text of a section; `data` is found as `data @voice` too.
    pub fn section(&self, name: &str) -> Option<&str> {
        self.sections.iter().find(|(n, _)| n == name).map(|(_, text)| text.as_str())
    }

    /// The names of the sections, and what follows the first word of each.
    pub fn named(&self, word: &str) -> Option<(&str, &str)> {
        self.sections.iter().find_map(|(name, text)| {
            let rest = name.strip_prefix(word)?;
            (rest.is_empty() || rest.starts_with(' ')).then_some((rest.trim(), text.as_str()))
        })
    }

    pub fn expected_sections(&self) -> Vec<String> {
        let inputs = ["data", "params", "edit"];
        let names = self.sections.iter().map(|(name, _)| name.clone());
        names.filter(|name| !inputs.contains(&name.split(' ').next().unwrap_or(name))).collect()
    }

    pub fn set(&mut self, name: &str, text: String) {
        if let Some((_, old)) = self.sections.iter_mut().find(|(n, _)| n == name) {
            *old = text;
        }
    }
}

/// The blank line before the next case belongs to no section.
fn trim(text: &mut String) {
    while text.ends_with('\n') {
        text.pop();
    }
}
