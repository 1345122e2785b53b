//! The program `yakuba`. What it does is in the library beside it.

fn main() -> std::process::ExitCode {
    yakuba::main()
}
