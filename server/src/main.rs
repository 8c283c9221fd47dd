//! The binary `faultdesk`.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let command = match server::cli::parse(std::env::args_os()) {
        Ok(command) => command,
        Err(code) => return code,
    };
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => {
            let code = runtime.block_on(server::cli::run(command));
            // What is still running can only be a look-up by name that the system does not break off.
            runtime.shutdown_background();
            code
        }
        Err(error) => {
            eprintln!("error: cannot start threads: {error}");
            ExitCode::FAILURE
        }
    }
}
