// Menus are details elements: one open at a time, closed by Escape or a click elsewhere,
// walked with the arrow keys; a search field in a panel narrows the list it names.
const open = () => document.querySelectorAll("details[data-menu][open]");

document.addEventListener("click", (event) => {
    for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
});

document.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.("details[data-menu][open]");
    if (!menu) return;
    const choosing = event.target.matches("select");
    if (event.key === "Escape") {
        menu.open = false;
        menu.querySelector("summary").focus();
        event.preventDefault();
    } else if (!choosing && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
        const stops = [...menu.querySelectorAll("summary, a, button, input")].filter((each) => each.offsetParent);
        const step = event.key === "ArrowDown" ? 1 : -1;
        const next = stops.indexOf(document.activeElement) + step;
        stops[(next + stops.length) % stops.length]?.focus();
        event.preventDefault();
    }
});

document.addEventListener("toggle", (event) => {
    if (event.target.matches?.("details[data-menu][open]")) event.target.querySelector("[data-narrows]")?.focus();
}, true);

document.addEventListener("input", (event) => {
    const list = document.getElementById(event.target.dataset?.narrows ?? "");
    if (!list) return;
    const wanted = event.target.value.trim().toLocaleLowerCase();
    for (const item of list.children) item.hidden = !item.textContent.toLocaleLowerCase().includes(wanted);
});
