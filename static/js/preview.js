// Live previews: the form's fields go to data-preview as they change; the fragment is shown.
const WAIT = 250;

for (const output of document.querySelectorAll("[data-preview]")) {
    const form = output.closest("form");
    let timer = 0;
    let running = null;

    const show = async () => {
        running?.abort();
        running = new AbortController();
        const data = new FormData(form);
        const wanted = output.dataset.previewFields?.split(" ");
        for (const [name, value] of [...data]) {
            if (value instanceof File || (wanted && !wanted.includes(name))) data.delete(name);
        }
        const post = output.dataset.previewMethod !== "get";
        if (!post) data.delete("csrf_token");
        const query = new URLSearchParams(data);
        const url = output.dataset.preview;
        try {
            const answer = await fetch(post ? url : `${url}?${query}`, {
                method: post ? "POST" : "GET",
                body: post ? query : undefined,
                headers: { "HX-Request": "true" },
                signal: running.signal,
            });
            if (answer.ok) output.innerHTML = await answer.text();
        } catch (error) {
            if (error.name !== "AbortError") output.replaceChildren();
        }
    };

    // A refused form comes back with its choices and without what they give.
    const chosen = form?.querySelector('[data-scale] input:checked:not([value=""])');
    if (chosen && !output.textContent.trim()) show();

    for (const kind of ["input", "change"]) {
        form?.addEventListener(kind, () => {
            clearTimeout(timer);
            timer = setTimeout(show, kind === "change" ? 30 : WAIT);
        });
    }
}
