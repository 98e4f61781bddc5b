package org.sipoauth.authz.provisioning;

import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.sipoauth.authz.settings.Settings.Node;

/**
 * The configuration file of one device: the SIP servers in order, their ports, and whether to register by token.
 *
 * @param content UTF-8
 */
record ConfigurationFile(String deviceName, byte[] content) {
    private static final XMLOutputFactory XML = XMLOutputFactory.newDefaultFactory();
    private static final int ENTITY_TAG_BYTES = 16;

    /** A strong one (RFC 9110 §8.8.3): the same from every server, for the same file. */
    String entityTag() {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
            return '"'
                    + Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(digest, ENTITY_TAG_BYTES))
                    + '"';
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    /** @param nodes in order of priority */
    static ConfigurationFile of(String deviceName, boolean sipOauthMode, List<Node> nodes) {
        StringWriter text = new StringWriter();
        try {
            XMLStreamWriter xml = XML.createXMLStreamWriter(text);
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeStartElement("device");
            write(xml, "deviceName", deviceName);
            write(xml, "sipOAuthMode", sipOauthMode ? "1" : "0");
            xml.writeStartElement("callManagerGroup");
            xml.writeStartElement("members");
            for (int priority = 0; priority < nodes.size(); priority++) {
                xml.writeStartElement("member");
                xml.writeAttribute("priority", Integer.toString(priority));
                write(xml, nodes.get(priority));
                xml.writeEndElement();
            }
            xml.writeEndDocument();
            xml.close();
        } catch (XMLStreamException e) {
            throw new IllegalStateException("the XML writer of this Java runtime failed", e);
        }
        return new ConfigurationFile(deviceName, text.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static void write(XMLStreamWriter xml, Node node) throws XMLStreamException {
        xml.writeStartElement("callManager");
        write(xml, "name", node.name());
        write(xml, "processNodeName", node.address());
        xml.writeStartElement("ports");
        write(xml, "ethernetPhonePort", node.ethernetPhonePort());
        write(xml, "sipPort", node.sipPort());
        write(xml, "securedSipPort", node.securedSipPort());
        write(xml, "sipOAuthPort", node.sipOauthPort());
        write(xml, "sipMRAOAuthPort", node.sipMraOauthPort());
        xml.writeEndElement();
        xml.writeEndElement();
    }

    private static void write(XMLStreamWriter xml, String element, Object value) throws XMLStreamException {
        xml.writeStartElement(element);
        xml.writeCharacters(value.toString());
        xml.writeEndElement();
    }
}
