/**
 * What somebody who means harm does to a registrar's ports: phones that are registered stay so, its memory is bounded, and it
 * ends. {@link org.sipoauth.benchmarks.attack.AttackedRegistrar} is the program.
 */
@NullMarked
package org.sipoauth.benchmarks.attack;

import org.jspecify.annotations.NullMarked;
