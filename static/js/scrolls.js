// A box that can scroll is a stop of the tab key; one that has nothing to scroll is not.
const watch = new ResizeObserver((entries) => {
    for (const { target } of entries) {
        const scrolls = target.scrollWidth > target.clientWidth || target.scrollHeight > target.clientHeight;
        if (scrolls) target.tabIndex = 0;
        else target.removeAttribute("tabindex");
    }
});

for (const box of document.querySelectorAll("[data-scrolls]")) watch.observe(box);
