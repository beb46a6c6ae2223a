use redact::RuleFindings;
use report::shown;

/// What would be replaced, rule by rule. Holds originals: it goes to the terminal of whoever asked,
/// and into no file of ours.
pub fn text(findings: &[RuleFindings]) -> String {
    if findings.is_empty() {
        return "No rule runs: everything goes into the file as it is.\n".to_owned();
    }
    let (found, idle): (Vec<&RuleFindings>, Vec<&RuleFindings>) =
        findings.iter().partition(|rule| rule.count > 0);
    let mut text = String::new();
    for rule in found {
        let noun = if rule.count == 1 { "text" } else { "texts" };
        text.push_str(&format!("{}: {} {noun}\n", rule.rule, rule.count));
        for sample in &rule.samples {
            let one_line = |part: &str| shown(part.trim()).replace(['\n', '\t'], " ");
            let (before, after) = (one_line(&sample.before), one_line(&sample.after));
            text.push_str(&format!("  - {before}\n  + {after}\n"));
        }
        text.push('\n');
    }
    if !idle.is_empty() {
        let names: Vec<&str> = idle.iter().map(|rule| rule.rule.as_str()).collect();
        text.push_str(&format!("Nothing found by: {}\n", names.join(", ")));
    }
    text.push_str("What no rule knows stays in: look at the lines before you send them.\n");
    text
}

#[cfg(test)]
mod tests {
    use redact::{Redactor, Selection};

    use super::*;

    #[test]
    fn each_rule_shows_what_it_found() {
        let mut redactor = Redactor::new(&Selection::parse("ip,email")).unwrap();
        redactor.scan_line(b"\x1b[31m10.0.0.5 - GET /health");
        redactor.scan_line(b"10.0.0.6 - GET /health");
        assert_eq!(
            text(&redactor.findings()),
            "ip: 2 texts\n\
             \x20 - ␛[31m10.0.0.5 - GET /health\n\
             \x20 + ␛[31mip-1 - GET /health\n\
             \x20 - 10.0.0.6 - GET /health\n\
             \x20 + ip-2 - GET /health\n\n\
             Nothing found by: email\n\
             What no rule knows stays in: look at the lines before you send them.\n"
        );
        assert!(text(&[]).starts_with("No rule runs"));
    }
}
