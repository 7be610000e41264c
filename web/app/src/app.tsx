// SPDX-License-Identifier: Apache-2.0
// The shell around every page: header, navigation, theme, the running jobs, the footer.
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";

import { requestJson } from "./api/client.ts";
import { isOver } from "./api/jobs.ts";
import { PAGES } from "./pages/table.ts";
import { ErrorBanner } from "./ui/ErrorBanner.tsx";
import { JobsProvider, useJobs } from "./ui/jobs_store.tsx";
import { useRoute } from "./ui/route.ts";
import { ThemeSwitch } from "./ui/theme.tsx";

export function App(): JSX.Element {
  return (
    <JobsProvider>
      <Shell />
    </JobsProvider>
  );
}

function Shell(): JSX.Element {
  const { page, section } = useRoute();
  const [version, setVersion] = useState("");
  const [components, setComponents] = useState<readonly string[] | null>(null);
  const [error, setError] = useState<unknown>(null);
  const { jobs } = useJobs();
  const running = jobs.filter((job) => !isOver(job)).length;

  useEffect(() => {
    requestJson("/api/status")
      .then((status) => {
        setVersion(status.get("version").text());
        setComponents(
          status
            .get("components")
            .list()
            .map((name) => name.text()),
        );
      })
      .catch(setError);
  }, []);
  // A program that was built without a component has no page for it.
  const pages = PAGES.filter(
    (r) => components === null || r.name === "jobs" || components.includes(r.name),
  );
  const row = pages.find((r) => r.name === page) ?? pages[0];
  useEffect(() => {
    document.title = row === undefined ? "Yonder" : `${row.title} \u00b7 Yonder`;
    const link = document.querySelector("nav [aria-current]");
    link?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [row]);

  const Page = row?.page;
  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById("main")?.focus();
        }}
      >
        Skip to content
      </a>
      <header class="top">
        <div class="top-inner">
          <a class="brand" href="#/">
            <img src="/assets/icon.svg" alt="" width="26" height="26" />
            Yonder
          </a>
          <nav aria-label="Pages">
            <ul>
              {pages.map((r) => (
                <li key={r.name}>
                  <a href={`#/${r.name}`} aria-current={r === row ? "page" : undefined}>
                    {r.title}
                    {r.name === "jobs" && running > 0 && (
                      <span class="badge" aria-label={`${running} running`}>
                        {running}
                      </span>
                    )}
                  </a>
                </li>
              ))}
            </ul>
          </nav>
          <ThemeSwitch />
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        <ErrorBanner error={error} />
        {Page !== undefined && error === null && <Page section={section} />}
      </main>
      <footer class="bottom">
        <span>Yonder {version}</span>
        <span>Everything stays on this machine.</span>
        <a href="/assets/licenses.txt">Licences</a>
      </footer>
    </>
  );
}
