// What the visitor asks axe, and about what.

// Only what is wrong comes back: the whole result of a long page is large.
window.look = async (repeated, runOnly) => {
    if (!window.axe) bringAxe();
    const rows = [...document.querySelectorAll(repeated)];
    rows.forEach(row => row.style.setProperty("display", "none", "important"));
    const texts = differentTexts();
    texts.forEach(text => text.setAttribute("data-different", ""));
    axe.configure({rules: [{id: "color-contrast", selector: "[data-different]"}]});
    const {violations} = await axe.run({runOnly, resultTypes: ["violations"], preload: false});
    texts.forEach(text => text.removeAttribute("data-different"));
    rows.forEach(row => row.style.removeProperty("display"));
    return violations.map(({id, help, nodes}) =>
        [id, help, nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join("; ")]);
};

// Of texts in the same colours on the same ground, the first: their contrast takes longest.
function differentTexts() {
    const grounds = new Map();
    const known = new Map();
    for (const element of document.body.querySelectorAll("*")) {
        const style = getComputedStyle(element);
        const ground = groundOf(element, style, grounds);
        if (!hasWords(element) || !element.checkVisibility()) continue;
        const {color, fontSize, fontWeight} = style;
        const dress = [element.localName, element.className, ground, color, fontSize, fontWeight];
        if (!known.has(dress.join())) known.set(dress.join(), element);
    }
    return [...known.values()];
}

// What lies behind, told by what each element around it adds.
function groundOf(element, style, grounds) {
    const {backgroundColor, backgroundImage, opacity, position} = style;
    const own = `${backgroundColor} ${backgroundImage} ${opacity} ${position}`;
    const plain = own === "rgba(0, 0, 0, 0) none 1 static";
    const around = grounds.get(element.parentElement) ?? "page";
    grounds.set(element, plain ? around : `${around}/${own}`);
    return grounds.get(element);
}

function hasWords(element) {
    const texts = [...element.childNodes].filter(node => node.nodeType === Node.TEXT_NODE);
    return texts.some(node => node.data.trim()) || element.matches("input, textarea, select");
}
