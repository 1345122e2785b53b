// A way to the program that can be cut and mended, for pages that go on without a network.

import { createServer, request } from 'node:http';

/**
 * A server of its own that passes everything on to the program.
 * @param {string} url  the program's address
 * @returns {Promise<{url: string, cut: () => void, mend: () => void, forget: (path: string) => void, passed: string[], end: () => Promise<void>}>}
 *   `forget` answers 404 at a path, as a program of another version would; `passed` has what came through, such as `GET /shelters`
 */
export async function wayTo(url) {
  const { hostname, port } = new URL(url);
  let isCut = false;
  const gone = new Set();
  const passed = [];
  const sockets = new Set();
  const server = createServer((asked, answer) => {
    if (gone.has(asked.url)) {
      answer.writeHead(404).end();
      return;
    }
    passed.push(`${asked.method} ${asked.url}`);
    const on = request({ hostname, port, method: asked.method, path: asked.url, headers: asked.headers }, (answered) => {
      answer.writeHead(answered.statusCode, answered.rawHeaders);
      answered.pipe(answer);
    });
    on.on('error', () => answer.destroy());
    asked.pipe(on);
  });
  server.on('connection', (socket) => {
    if (isCut) {
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://localhost:${server.address().port}`,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    mend() {
      isCut = false;
    },
    forget: (path) => gone.add(path),
    passed,
    async end() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
