/// What a template is filled in with.
pub trait Scope {
    /// The value of a label, or of an auto or session field.
    fn label(&self, name: &str) -> Option<&str>;

    /// All labels, for templates that walk over them.
    fn labels(&self) -> Vec<(String, String)>;

    /// The line as it is by now.
    fn line(&self) -> String;

    /// Nanoseconds since 1970.
    fn timestamp(&self) -> i64;

    /// The time that `now` says, in nanoseconds since 1970.
    fn now(&self) -> i64;
}
