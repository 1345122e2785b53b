//! Serves the gallery of components: `cargo run -p yakuba-ui --example gallery`, then open
//! http://localhost:8099/gallery.

use std::error::Error;

use axum::Router;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let pages: Router = Router::new()
        .merge(yakuba_ui::gallery::router())
        .merge(yakuba_ui::assets::router())
        .layer(axum::middleware::from_fn(yakuba_ui::remember_language))
        .layer(yakuba_ui::security_headers());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8099").await?;
    println!("http://localhost:8099/gallery");
    axum::serve(listener, pages).await?;
    Ok(())
}
