/// The last part of a path, of whichever system it is.
pub fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_the_end_of_its_path() {
        for (path, name) in
            [("/x/a.log", "a.log"), ("C:\\x\\a.log", "a.log"), ("a.log", "a.log"), ("", "")]
        {
            assert_eq!(file_name(path), name);
        }
    }
}
