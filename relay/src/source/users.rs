use std::fs;

/// The names of the users of this machine whose folders may stand in a path: such a folder says
/// nothing about the application.
pub(crate) fn user_names() -> Vec<String> {
    let listed = fs::read_to_string("/etc/passwd").unwrap_or_default();
    let mut names: Vec<String> = listed
        .lines()
        .filter_map(|line| {
            let mut fields = line.split(':');
            let (name, uid) = (fields.next()?, fields.nth(1)?.parse::<u32>().ok()?);
            // System accounts below 1000 are often named as their service, which is telling.
            (uid == 0 || (1000..65534).contains(&uid)).then(|| name.to_owned())
        })
        .collect();
    names.extend(["USER", "LOGNAME"].iter().filter_map(|name| std::env::var(name).ok()));
    names.sort();
    names.dedup();
    names
}
