/**
 * What somebody who means harm does to ports: to a registrar's, where phones that are registered stay so, its memory is bounded,
 * and it ends ({@link org.sipoauth.benchmarks.attack.AttackedRegistrar}); and to an authorization server's, which is well afterwards
 * ({@link org.sipoauth.benchmarks.attack.SlowClients}).
 */
@NullMarked
package org.sipoauth.benchmarks.attack;

import org.jspecify.annotations.NullMarked;
