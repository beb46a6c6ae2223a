use model::Labels;
use promtail::config::TargetGroup;
use promtail::{Relabel, config, relabel, targets};

fn steps(text: &str) -> Result<Vec<Relabel>, String> {
    let indented: String = text.lines().map(|line| format!("  {line}\n")).collect();
    let text = format!("scrape_configs:\n- job_name: j\n  relabel_configs:\n{indented}");
    let file = config::read(&text);
    match file.problems.first() {
        Some(problem) => Err(problem.to_string()),
        None => {
            let steps = file.jobs[0].relabel_configs.iter().map(Relabel::new);
            steps.collect::<Result<_, _>>().map_err(|problem| problem.to_string())
        }
    }
}

/// Relabels `{a="x-1", b="y", __meta_docker_name="/tts"}`.
#[track_caller]
fn check(text: &str, expected: &str) {
    let labels = Labels::from([("a", "x-1"), ("b", "y"), ("__meta_docker_name", "/tts")]);
    let found = match steps(text) {
        Ok(steps) => relabel(labels, &steps).map_or("dropped".to_owned(), |labels| {
            let shown = labels.iter().map(|(name, value)| format!("{name}={value}"));
            shown.collect::<Vec<_>>().join(" ")
        }),
        Err(problem) => problem,
    };
    let found = found.replace("__meta_docker_name=/tts", "META");
    assert_eq!(found, expected, "{text}");
}

#[test]
fn every_action_does_what_it_does() {
    for (step, expected) in [
        ("{source_labels: [a], target_label: c}", "META a=x-1 b=y c=x-1"),
        (
            "{source_labels: [__meta_docker_name], regex: '/(.*)', target_label: c}",
            "META a=x-1 b=y c=tts",
        ),
        ("{source_labels: [a, b], target_label: c}", "META a=x-1 b=y c=x-1;y"),
        ("{source_labels: [a, b], separator: '', target_label: c}", "META a=x-1 b=y c=x-1y"),
        (
            "{source_labels: [a], regex: '(\\w)-(\\d)', replacement: '$2${1}z', target_label: c}",
            "META a=x-1 b=y c=1xz",
        ),
        (
            "{source_labels: [a], regex: '(?P<n>\\w).*', replacement: '${n}!', target_label: c}",
            "META a=x-1 b=y c=x!",
        ),
        ("{source_labels: [a], regex: 'x', target_label: c}", "META a=x-1 b=y"),
        ("{target_label: c, replacement: fixed}", "META a=x-1 b=y c=fixed"),
        ("{target_label: a, replacement: ''}", "META b=y"),
        ("{source_labels: [b], target_label: 'to_$1', replacement: '$1'}", "META a=x-1 b=y to_y=y"),
        ("{source_labels: [a], regex: 'x.*', action: keep}", "META a=x-1 b=y"),
        ("{source_labels: [a], regex: 'x', action: keep}", "dropped"),
        ("{source_labels: [a], regex: 'x.*', action: DROP}", "dropped"),
        ("{source_labels: [a], regex: 'x', action: drop}", "META a=x-1 b=y"),
        ("{source_labels: [b], target_label: b, action: keepequal}", "META a=x-1 b=y"),
        ("{source_labels: [a], target_label: b, action: keepequal}", "dropped"),
        ("{source_labels: [b], target_label: b, action: dropequal}", "dropped"),
        ("{source_labels: [a], target_label: b, action: dropequal}", "META a=x-1 b=y"),
        ("{regex: '__meta_docker_(.+)', action: labelmap}", "META a=x-1 b=y name=/tts"),
        (
            "{regex: '__meta_(docker)_(.+)', replacement: '${2}_${1}', action: labelmap}",
            "META a=x-1 b=y name_docker=/tts",
        ),
        ("{regex: 'a|__.*', action: labeldrop}", "b=y"),
        ("{regex: 'a', action: labelkeep}", "a=x-1"),
        ("{source_labels: [a], target_label: c, action: uppercase}", "META a=x-1 b=y c=X-1"),
        ("{source_labels: [a], target_label: a, action: lowercase}", "META a=x-1 b=y"),
        (
            "{source_labels: [b], target_label: c, modulus: 1000, action: hashmod}",
            "META a=x-1 b=y c=HASH",
        ),
    ] {
        let expected = expected.replace("HASH", &hash_of_y().to_string());
        check(&format!("- {step}"), &expected);
    }
}

/// `printf y | md5sum` says 415290769594460e2e485922904f345d.
const fn hash_of_y() -> u64 {
    0x2e48_5922_904f_345d % 1000
}

#[test]
fn mistakes_have_a_place() {
    check(
        "- {source_labsl: [a]}",
        "4:6: unknown key \"source_labsl\", did you mean \"source_labels\"?",
    );
    check("- {action: kep}", "4:14: unknown name \"kep\", did you mean \"keep\"?");
    check("- {source_labels: [a]}", "4:5: target_label is missing, which this action needs");
    check("- {regex: '(', action: keep}", "4:13: \"(\" is not a valid regular expression");
    check(
        "- {source_labels: [a], target_label: c, action: hashmod}",
        "4:5: modulus is missing or 0, which hashmod needs",
    );
}

#[test]
fn targets_have_a_path_and_the_labels_that_remain() {
    let group = |labels: &[(&str, &str)], targets: &[&str]| TargetGroup {
        targets: targets.iter().map(ToString::to_string).collect(),
        labels: labels.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
    };
    let path = ("__path__", "/var/log/*.log");
    for (group, relabel, expected) in [
        (group(&[path, ("job", "a")], &["localhost"]), "", "/var/log/*.log {job=\"a\"}"),
        (group(&[path, ("job", "a")], &[]), "", "/var/log/*.log {job=\"a\"}"),
        (group(&[path, ("job", "a")], &["one", "two"]), "", "/var/log/*.log {job=\"a\"}"),
        (group(&[("job", "a")], &["localhost"]), "", ""),
        (group(&[path, ("__host__", "here")], &[]), "", "/var/log/*.log {}"),
        (group(&[path, ("__host__", "there")], &[]), "", ""),
        (group(&[path, ("__path_exclude__", "*.gz")], &[]), "", "/var/log/*.log !*.gz {}"),
        (
            group(&[path], &["localhost"]),
            "- {source_labels: [__address__], target_label: host}\n\
             - {source_labels: [__path__], regex: '/var/(\\w+)/.*', target_label: dir}",
            "/var/log/*.log {dir=\"log\", host=\"localhost\"}",
        ),
        (group(&[path], &[]), "- {action: drop}", ""),
    ] {
        let steps = if relabel.is_empty() { Vec::new() } else { steps(relabel).unwrap() };
        let found = targets(&group, &steps, "here");
        let shown = found.iter().map(|target| {
            let exclude = match target.exclude.as_str() {
                "" => String::new(),
                exclude => format!("!{exclude} "),
            };
            format!("{} {exclude}{}", target.path, target.labels)
        });
        assert_eq!(shown.collect::<Vec<_>>().join(", "), expected, "{group:?}");
    }
}
