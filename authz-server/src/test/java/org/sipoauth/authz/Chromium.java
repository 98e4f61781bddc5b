package org.sipoauth.authz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.logging.Level;
import org.awaitility.Awaitility;
import org.openqa.selenium.By;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.NoSuchElementException;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;

/**
 * A real browser, Debian's Chromium. Where it is absent a test is skipped and says so, unless
 * {@code SIPOAUTH_REQUIRE_PEERS} is true, as in CI: then it fails.
 */
public final class Chromium implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Path SCREENSHOTS = Path.of("target/screenshots");

    private final ChromeDriver driver;

    /** How a page is looked at. */
    public enum Look {
        DESKTOP_LIGHT(1280, 800, "light"),
        DESKTOP_DARK(1280, 800, "dark"),
        PHONE_LIGHT(360, 780, "light"),
        PHONE_DARK(360, 780, "dark");

        private final int width;
        private final int height;
        private final String colours;

        Look(int width, int height, String colours) {
            this.width = width;
            this.height = height;
            this.colours = colours;
        }
    }

    private Chromium(ChromeDriver driver) {
        this.driver = driver;
    }

    public static Chromium start() {
        Path browser = find("chromium");
        Path driver = find("chromedriver");
        ChromeOptions options = new ChromeOptions();
        options.setBinary(browser.toFile());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-dev-shm-usage",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--no-first-run");
        options.setAcceptInsecureCerts(true); // the test's own authority
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        logs.enable(LogType.PERFORMANCE, Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(driver.toFile())
                .build();
        Chromium started = new Chromium(new ChromeDriver(service, options));
        try {
            started.look(Look.DESKTOP_LIGHT);
            return started;
        } catch (RuntimeException failure) {
            started.close();
            throw failure;
        }
    }

    private static Path find(String program) {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        return Arrays.stream(path.split(File.pathSeparator))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseGet(() -> absent(program + " is not installed (Debian packages: chromium, chromium-driver)"));
    }

    private static Path absent(String reason) {
        if (Boolean.parseBoolean(System.getenv("SIPOAUTH_REQUIRE_PEERS"))) {
            return fail(reason + ", and SIPOAUTH_REQUIRE_PEERS is set");
        }
        System.out.println("SKIPPED: " + reason);
        return abort(reason);
    }

    public void open(URI address) {
        driver.get(address.toString());
    }

    public void look(Look look) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", look.width, "height", look.height, "deviceScaleFactor", 1, "mobile", look.width < 600));
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(
                                Map.of("name", "prefers-color-scheme", "value", look.colours),
                                Map.of("name", "prefers-reduced-motion", "value", "reduce")))); // pictures of an end
    }

    public WebElement element(String selector) {
        return until(found -> found.findElement(By.cssSelector(selector)));
    }

    public List<WebElement> elements(String selector) {
        return driver.findElements(By.cssSelector(selector));
    }

    public void type(String selector, String text) {
        WebElement field = element(selector);
        field.clear();
        field.sendKeys(text);
    }

    /** Presses the button or follows the link of this text, wherever on the page it is. */
    public void press(String text) {
        until(page -> {
            page.findElements(By.cssSelector("main button, main a, header button, nav a")).stream()
                    .filter(button ->
                            button.isDisplayed() && button.getText().strip().equals(text))
                    .findFirst()
                    .orElseThrow(() -> new NoSuchElementException("nothing to press says " + text))
                    .click();
            return true;
        });
    }

    public void waitForText(String selector, String text) {
        until(found -> found.findElements(By.cssSelector(selector)).stream()
                .anyMatch(one -> one.getText().contains(text)));
    }

    /** Once what is looked for is there: neither null nor false. */
    public <T> T until(Function<ChromeDriver, T> lookFor) {
        return Awaitility.await()
                .atMost(PATIENCE)
                .ignoreExceptionsInstanceOf(WebDriverException.class) // not there yet, or just replaced
                .until(() -> lookFor.apply(driver), found -> found != null && !Boolean.FALSE.equals(found));
    }

    public WebElement focused() {
        return driver.switchTo().activeElement();
    }

    public ChromeDriver driver() {
        return driver;
    }

    public Object script(String script) {
        return ((JavascriptExecutor) driver).executeScript(script);
    }

    /** The whole page, to {@code target/screenshots}. */
    public void screenshot(String name, Look look) {
        Map<String, Object> picture = driver.executeCdpCommand(
                "Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true));
        try {
            Files.createDirectories(SCREENSHOTS);
            Files.write(
                    SCREENSHOTS.resolve(
                            name + "-" + look.name().toLowerCase(Locale.ROOT).replace('_', '-') + ".png"),
                    Base64.getDecoder().decode((String) picture.get("data")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** By axe-core, against WCAG 2.1 at levels A and AA. */
    public void assertAccessible() {
        if (!Boolean.TRUE.equals(script("return 'axe' in window"))) {
            script(axe());
        }
        Object violations = ((JavascriptExecutor) driver)
                .executeAsyncScript(
                        "const done = arguments[arguments.length - 1];axe.run(document, {runOnly: ['wcag2a',"
                                + " 'wcag2aa', 'wcag21a', 'wcag21aa']}).then(result => done(result.violations.map(v =>"
                                + " v.id + ': ' + v.nodes.map(n => n.html + ' ' + n.failureSummary).join(' | '))))");
        assertThat((List<?>) violations).as(driver.getCurrentUrl()).isEmpty();
    }

    public void assertFitsItsWidth() {
        assertThat((Long) script("return document.documentElement.scrollWidth - window.innerWidth"))
                .as(driver.getCurrentUrl())
                .isLessThanOrEqualTo(0);
    }

    /** No error, no warning, no violation of the Content-Security-Policy, and nothing asked for elsewhere. */
    public void assertQuietAndAtHome(String origin) {
        List<LogEntry> said = driver.manage().logs().get(LogType.BROWSER).getAll();
        assertThat(said.stream()
                        .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                        .map(LogEntry::getMessage))
                .isEmpty();
        assertThat(driver.manage().logs().get(LogType.PERFORMANCE).getAll().stream()
                        .map(entry -> requested(entry.getMessage()))
                        .flatMap(Optional::stream)
                        .filter(address -> !address.startsWith("data:") && !address.startsWith("chrome")))
                .isNotEmpty()
                .allSatisfy(address -> assertThat(address).startsWith(origin));
    }

    @SuppressWarnings("unchecked")
    private static Optional<String> requested(String event) {
        try {
            Map<String, Object> message = JSONObjectUtils.getJSONObject(JSONObjectUtils.parse(event), "message");
            if (!"Network.requestWillBeSent".equals(message.get("method"))) {
                return Optional.empty();
            }
            Map<String, Object> parameters = (Map<String, Object>) message.get("params");
            return Optional.of((String) ((Map<String, Object>) parameters.get("request")).get("url"));
        } catch (ParseException e) {
            throw new AssertionError("not what Chromium logs: " + event, e);
        }
    }

    private static String axe() {
        try (InputStream script = Chromium.class.getResourceAsStream("/axe.min.js")) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        driver.quit();
    }
}
