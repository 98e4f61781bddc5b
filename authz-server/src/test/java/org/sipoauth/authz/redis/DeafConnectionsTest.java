package org.sipoauth.authz.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

class DeafConnectionsTest {
    private static final long SECOND = 1_000_000_000;

    private long nanoTime = Long.MAX_VALUE; // it may overflow
    private final DeafConnections connections = new DeafConnections(() -> nanoTime);

    @Test
    void closesAConnectionThatWasAskedAndSaysNothing() {
        EmbeddedChannel deaf = open();
        deaf.writeOutbound("GET");
        nanoTime += SECOND / 2;
        deaf.writeOutbound("GET");
        nanoTime += SECOND / 2;

        connections.gotNoAnswer();

        assertThat(deaf.isOpen()).isFalse();
    }

    @Test
    void keepsTheOthers() {
        EmbeddedChannel deaf = open();
        deaf.writeOutbound("GET");
        nanoTime += SECOND;
        EmbeddedChannel idle = open();
        EmbeddedChannel answered = open();
        answered.writeOutbound("GET");
        answered.writeInbound("value");
        nanoTime += SECOND;
        EmbeddedChannel justAsked = open();
        justAsked.writeOutbound("GET");

        connections.gotNoAnswer();

        assertThat(deaf.isOpen()).isFalse();
        assertThat(idle.isOpen()).isTrue();
        assertThat(answered.isOpen()).isTrue();
        assertThat(justAsked.isOpen()).isTrue();
    }

    @Test
    void waitsAnewForTheAnswerToANewQuestion() {
        EmbeddedChannel channel = open();
        channel.writeOutbound("GET");
        channel.writeInbound("value");
        nanoTime += SECOND;
        channel.writeOutbound("GET");
        connections.gotNoAnswer();
        assertThat(channel.isOpen()).isTrue();
        nanoTime += SECOND;

        connections.gotNoAnswer();

        assertThat(channel.isOpen()).isFalse();
    }

    @Test
    void passesOnWhatIsAskedAndAnswered() {
        EmbeddedChannel channel = open();

        channel.writeOutbound("GET");
        channel.writeInbound("value");

        assertThat(channel.<String>readOutbound()).isEqualTo("GET");
        assertThat(channel.<String>readInbound()).isEqualTo("value");
    }

    private EmbeddedChannel open() {
        EmbeddedChannel channel = new EmbeddedChannel();
        connections.afterChannelInitialized(channel);
        return channel;
    }
}
