package org.sipoauth.cli.phone;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/**
 * What a phone needs from its configuration file.
 *
 * @param sipOAuthMode whether the phone registers by token
 * @param nodes in the order in which the phone tries them
 */
record PhoneConfiguration(String deviceName, boolean sipOAuthMode, List<Node> nodes) {
    /** One SIP server and its ports for registration: by token on premises, by token through an edge, and without. */
    record Node(String name, String address, int sipOAuthPort, int sipMraOAuthPort, int sipPort, int securedSipPort) {}

    /** A configuration file that a phone cannot use; the message says what is wrong with it. */
    static final class Unusable extends Exception {
        private static final long serialVersionUID = 1L;

        Unusable(String why) {
            super(why, null, false, false);
        }
    }

    private record Member(int priority, Node node) {}

    static PhoneConfiguration parse(byte[] xml) throws Unusable {
        Element device = documentElement(xml);
        if (!device.getTagName().equals("device")) {
            throw new Unusable("its root element is <" + device.getTagName() + ">, not <device>");
        }
        String mode = child(device, "sipOAuthMode")
                .map(Element::getTextContent)
                .orElse("0")
                .strip();
        if (!mode.equals("0") && !mode.equals("1")) {
            throw new Unusable("sipOAuthMode is neither 0 nor 1");
        }
        List<Member> members = new ArrayList<>();
        Optional<Element> group = child(device, "callManagerGroup").flatMap(found -> child(found, "members"));
        if (group.isPresent()) {
            for (Element member : children(group.get(), "member")) {
                members.add(member(member));
            }
        }
        if (members.isEmpty()) {
            throw new Unusable("it names no SIP server");
        }
        members.sort(Comparator.comparingInt(Member::priority));
        return new PhoneConfiguration(
                text(device, "deviceName"),
                mode.equals("1"),
                members.stream().map(Member::node).toList());
    }

    private static Member member(Element member) throws Unusable {
        Element callManager = required(member, "callManager");
        Element ports = required(callManager, "ports");
        String priority = member.getAttribute("priority");
        return new Member(
                priority.isEmpty() ? 0 : number("priority", priority),
                new Node(
                        text(callManager, "name"),
                        text(callManager, "processNodeName"),
                        port(ports, "sipOAuthPort"),
                        port(ports, "sipMRAOAuthPort"),
                        port(ports, "sipPort"),
                        port(ports, "securedSipPort")));
    }

    private static int port(Element ports, String name) throws Unusable {
        int port = number(name, text(ports, name));
        if (port < 1 || port > 65535) {
            throw new Unusable(name + " is no port number");
        }
        return port;
    }

    private static int number(String name, String text) throws Unusable {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException malformed) {
            throw new Unusable(name + " is not a number");
        }
    }

    private static String text(Element parent, String name) throws Unusable {
        String text = required(parent, name).getTextContent().strip();
        if (text.isEmpty()) {
            throw new Unusable("<" + name + "> is empty");
        }
        return text;
    }

    private static Element required(Element parent, String name) throws Unusable {
        return child(parent, name)
                .orElseThrow(() -> new Unusable("<" + parent.getTagName() + "> has no <" + name + ">"));
    }

    private static Optional<Element> child(Element parent, String name) {
        return children(parent, name).stream().findFirst();
    }

    private static List<Element> children(Element parent, String name) {
        List<Element> children = new ArrayList<>();
        NodeList nodes = parent.getChildNodes();
        for (int i = 0; i < nodes.getLength(); i++) {
            if (nodes.item(i) instanceof Element element && element.getTagName().equals(name)) {
                children.add(element);
            }
        }
        return children;
    }

    /** Without document types, so without entities: a configuration file cannot make the phone read other files. */
    private static Element documentElement(byte[] xml) throws Unusable {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        try {
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setXIncludeAware(false);
            factory.setExpandEntityReferences(false);
            DocumentBuilder builder = factory.newDocumentBuilder();
            builder.setErrorHandler(new DefaultHandler()); // throws, rather than print to the console
            return builder.parse(new ByteArrayInputStream(xml)).getDocumentElement();
        } catch (ParserConfigurationException unsafe) {
            throw new IllegalStateException("this Java's XML parser cannot be made safe", unsafe);
        } catch (SAXException | IOException malformed) {
            throw new Unusable("it is not plain XML without a document type");
        }
    }
}
