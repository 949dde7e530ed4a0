"""What the browser tests do to a page of JupyterLab."""

from tests.pages import trouble


def ours(message):
    """Whether a console message is an error of our scripts, which run from blobs, or of their loader."""
    return message.type == "error" and (
        message.location.get("url", "").startswith("blob:") or "anywidget" in message.text.lower())


def open_and_run(page, address):
    """Opens a lesson and runs all its cells. Gives the page's problems, filled as they come."""
    found = trouble(page, ours)
    page.goto(address)
    page.wait_for_function(
        """() => {
            const app = window.jupyterapp, panel = app && app.shell.currentWidget;
            const session = panel && panel.context && panel.context.sessionContext;
            const kernel = session && session.session && session.session.kernel;
            return kernel && kernel.status === 'idle' && panel.content.widgets.length > 0;
        }""", timeout=90_000)
    page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")
    page.wait_for_function(
        """() => {
            const panel = window.jupyterapp.shell.currentWidget;
            const cells = panel.content.widgets.filter(cell => cell.model.type === 'code');
            return cells.every(cell => cell.model.executionState !== 'running'
                && /^\\[\\d+\\]:?$/.test(cell.node.querySelector('.jp-InputPrompt').textContent.trim()))
                && panel.context.sessionContext.session.kernel.status === 'idle'
                && cells[cells.length - 1].model.executionCount >= cells.length;
        }""", timeout=180_000)
    return found


def ask(page, code):
    """What `code` prints in the kernel of the open notebook."""
    return page.evaluate(
        """async code => {
            const kernel = window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel;
            const future = kernel.requestExecute({code});
            let text = '';
            future.onIOPub = message => {
                if (message.header.msg_type === 'stream') text += message.content.text;
                if (message.header.msg_type === 'error') text += message.content.evalue;
            };
            await future.done;
            return text;
        }""", code).strip()


def outputs(page):
    return page.evaluate(
        """() => window.jupyterapp.shell.currentWidget.content.widgets
            .filter(cell => cell.model.type === 'code')
            .flatMap(cell => cell.model.outputs.toJSON())""")
